import sdk from 'ali-oss/dist/aliyun-oss-sdk.min.js?raw';
import type { FastifyInstance, FastifyReply } from 'fastify';
import sha1 from 'jssha/sha1?raw';
import { callerOf } from '../http/create-http-server';
import { bucketUrl } from '../oss/bucket-address';
import imm from '../pages/imm.html?raw';
import immScript from '../pages/imm.js?raw';
import pageScript from '../pages/page.js?raw';
import rpcScript from '../pages/rpc-signature.js?raw';
import styles from '../pages/styles.css?raw';
import upload from '../pages/upload.html?raw';
import uploadScript from '../pages/upload.js?raw';
import type { Settings } from '../settings';

const HTML = 'text/html; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

/** All that the pages load comes from here, the official SDK too: they work where no CDN can be reached. */
const FILES: Readonly<Record<string, readonly [string, string]>> = {
  '/': [HTML, upload],
  '/imm': [HTML, imm],
  '/pages/styles.css': ['text/css; charset=utf-8', styles],
  '/pages/page.js': [SCRIPT, pageScript],
  '/pages/upload.js': [SCRIPT, uploadScript],
  '/pages/imm.js': [SCRIPT, immScript],
  '/pages/rpc-signature.js': [SCRIPT, rpcScript],
  '/pages/aliyun-oss-sdk.js': [SCRIPT, sdk],
  '/pages/sha1.js': [SCRIPT, sha1],
};

/**
 * `GET /` and `GET /imm`: pages on which an administrator tries with one file whether role, policy and CORS are right.
 * They hold nothing worth guarding; what they do is guarded.
 */
export function addPages(app: FastifyInstance, settings: Settings): void {
  const policy = contentSecurityPolicy(settings);
  for (const [address, [type, text]] of Object.entries(FILES))
    app.get(address, (_request, reply) => sendPage(reply, type, policy, text));
}

/** `GET /page_settings`: where the caller of the pages uploads to. */
export function addPageSettings(app: FastifyInstance, settings: Settings): void {
  const { region, bucket, ossEndpoint, customDomain, immProject, immEndpoint } = settings;
  app.get('/page_settings', (request, reply) =>
    reply.header('cache-control', 'no-store').send({
      region,
      bucket,
      endpoint: customDomain ?? ossEndpoint,
      isCustomDomain: customDomain !== null,
      prefix: callerOf(request).prefix,
      imm: immProject === undefined ? null : { project: immProject, endpoint: immEndpoint },
    }),
  );
}

function sendPage(reply: FastifyReply, type: string, policy: string, text: string): FastifyReply {
  return reply
    .header('content-type', type)
    .header('content-security-policy', policy)
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .header('cache-control', 'no-cache')
    .send(text);
}

/** The page may talk to this server, the bucket and IMM, and to nothing else. */
function contentSecurityPolicy(settings: Settings): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    'img-src blob: data:',
    `connect-src 'self' ${new URL(bucketUrl(settings)).origin} ${settings.immEndpoint}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
