/** The one file that knows Alibaba's SDK for IMM. It is loaded when IMM is asked for the first time. */
import OpenApiDefault, { $OpenApiUtil, OpenApiUtil } from '@alicloud/openapi-core';
import type { TemporaryCredentials } from '../../shared/credentials';
import { unwrapDefault } from '../../shared/alibaba-sdk';

const OpenApi = unwrapDefault(OpenApiDefault);

export interface ImmCall {
  readonly endpoint: URL;
  readonly region: string;
  readonly credentials: TemporaryCredentials;
  readonly projectName: string;
  /** `oss://bucket/key` */
  readonly sourceUri: string;
  readonly silenceMs: number;
}

/**
 * The official generic call, once, without a retry (our queue repeats): what upstream's generated client sends.
 * Gives the text of the answer; throws what the SDK throws.
 */
export async function callDetectImageFaces(call: ImmCall): Promise<string> {
  const { credentials, endpoint } = call;
  const client = new OpenApi(
    new $OpenApiUtil.Config({
      accessKeyId: credentials.accessKeyId,
      accessKeySecret: credentials.accessKeySecret,
      ...(credentials.securityToken === null ? {} : { securityToken: credentials.securityToken }),
      endpoint: endpoint.host,
      protocol: endpoint.protocol === 'http:' ? 'HTTP' : 'HTTPS',
      regionId: call.region,
      userAgent: 'OSS-Ferry',
      // The SDK's connect timeout is the idle timeout of the socket, too (httpx passes it to http.request): a shorter
      // one would cut off a service that only thinks.
      connectTimeout: call.silenceMs,
      readTimeout: call.silenceMs,
    }),
  );
  const parameters = new $OpenApiUtil.Params({
    action: 'DetectImageFaces',
    version: '2020-09-30',
    protocol: 'HTTPS',
    pathname: '/',
    method: 'POST',
    authType: 'AK',
    style: 'RPC',
    reqBodyType: 'formData',
    // Text, not 'json': the answer is kept as it came, and what is not JSON is for us to name.
    bodyType: 'string',
  });
  const request = new $OpenApiUtil.OpenApiRequest({
    query: OpenApiUtil.query({ ProjectName: call.projectName, SourceURI: call.sourceUri }),
  });
  // Timeouts stand in the configuration; every field of the run time's own options may be left out.
  const answer: unknown = await client.callApi(parameters, request, {} as never);
  return typeof answer === 'object' && answer !== null && 'body' in answer && typeof answer.body === 'string'
    ? answer.body
    : '';
}
