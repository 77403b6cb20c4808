import type { Answer } from '../wire/answer';
import type { Exchange } from '../wire/exchange';
import type { Refusal } from '../wire/refusal';
import { xmlDocument, type XmlElement } from '../wire/xml';

/** A refusal as OSS writes it: an XML document, on HEAD in a header. */
export function ossRefusal(exchange: Exchange, refusal: Refusal): Answer {
  const children: XmlElement[] = [
    ['Code', refusal.code],
    ['Message', refusal.message],
    ['RequestId', exchange.requestId],
    ['HostId', exchange.host.replace(/:\d+$/, '')],
    ...Object.entries(refusal.fields),
    ['EC', refusal.ec],
  ];
  const document = Buffer.from(xmlDocument('Error', children), 'utf8');
  const headers: Record<string, string> = refusal.ec === null ? {} : { 'x-oss-ec': refusal.ec };
  if (exchange.method === 'HEAD') {
    return {
      status: refusal.status,
      headers: { ...headers, 'x-oss-err': document.toString('base64') },
      body: null,
    };
  }
  return {
    status: refusal.status,
    headers: { ...headers, 'Content-Type': 'application/xml' },
    body: document,
  };
}
