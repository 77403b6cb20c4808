import type { CloudService, RequestFacts } from '../cloud-service';
import { parseAcs3 } from '../signatures/acs3';
import { acsActionOf, acsHeaders, acsRefusal } from '../sts/acs-dialect';
import type { Answer } from '../wire/answer';
import type { Exchange } from '../wire/exchange';
import { Refusal } from '../wire/refusal';

/** The port where IMM listens. It knows no action yet and says so as Alibaba's gateway does. */
export class ImmService implements CloudService {
  readonly throttling = new Refusal(400, 'Throttling.User', 'Request was denied due to user flow control.');

  describe(exchange: Exchange): RequestFacts {
    return {
      operation: acsActionOf(exchange) === 'DetectImageFaces' ? 'DetectImageFaces' : 'Unknown',
      key: null,
      partNumber: null,
      uploadId: null,
      accessKeyId:
        parseAcs3(exchange.headers.get('authorization') ?? '')?.accessKeyId ??
        exchange.query.get('AccessKeyId'),
      securityToken: exchange.headers.get('x-acs-security-token') ?? exchange.query.get('SecurityToken'),
    };
  }

  answer(): Answer {
    throw new Refusal(
      404,
      'InvalidAction.NotFound',
      'Specified api is not found, please check your url and method.',
    );
  }

  refuse(exchange: Exchange, refusal: Refusal): Answer {
    return acsRefusal(exchange, refusal);
  }

  commonHeaders(exchange: Exchange): Record<string, string> {
    return acsHeaders(exchange);
  }
}
