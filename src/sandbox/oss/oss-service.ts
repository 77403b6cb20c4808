import type { CloudService, RequestFacts } from '../cloud-service';
import type { FaultsOfRequest, Operation } from '../faults/fault-rules';
import type { Answer } from '../wire/answer';
import type { Exchange } from '../wire/exchange';
import { Refusal } from '../wire/refusal';
import { addressOf, checkBucket, checkKey, type Address, type AddressBook } from './address';
import { authenticate, expiredToken, identify, type Registry } from './authenticate';
import { authorize, intentOf } from './authorize';
import type { Bucket, OssOperation } from './call';
import { claimOrNone } from './claim';
import { listObjects, listObjectsV2 } from './list-objects';
import { listMultipartUploads, listParts } from './list-uploads';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  initiateMultipartUpload,
  uploadPart,
} from './multipart';
import {
  deleteObject,
  getObject,
  getObjectTagging,
  headObject,
  putObject,
  putObjectTagging,
} from './objects';
import { operationOf } from './operation';
import { acceptForm, formKey } from './post/accept-form';
import { formClaimOf, verifyFormSignature } from './post/form-claim';
import { postObject } from './post/post-object';
import { ossRefusal } from './refuse';

const OPERATIONS: Partial<Record<Operation, OssOperation>> = {
  PutObject: putObject,
  GetObject: getObject,
  HeadObject: headObject,
  DeleteObject: deleteObject,
  GetObjectTagging: getObjectTagging,
  PutObjectTagging: putObjectTagging,
  ListObjects: listObjects,
  ListObjectsV2: listObjectsV2,
  InitiateMultipartUpload: initiateMultipartUpload,
  UploadPart: uploadPart,
  ListParts: listParts,
  ListMultipartUploads: listMultipartUploads,
  CompleteMultipartUpload: completeMultipartUpload,
  AbortMultipartUpload: abortMultipartUpload,
};

/** OSS itself: address, then signature, then rights, then the operation. */
export class OssService implements CloudService {
  readonly throttling = new Refusal(503, 'ServiceUnavailable', 'Please reduce your request rate.', {
    ec: '0024-00000001',
  });
  readonly #book: AddressBook;
  readonly #registry: Registry;
  readonly #bucket: Bucket;

  constructor(book: AddressBook, registry: Registry, bucket: Bucket) {
    this.#book = book;
    this.#registry = registry;
    this.#bucket = bucket;
  }

  describe(exchange: Exchange): RequestFacts {
    const address = this.#addressOrNone(exchange);
    const claim = claimOrNone(exchange);
    const partNumber = Number(exchange.query.get('partNumber') ?? NaN);
    return {
      operation: operation(exchange, address),
      key: address.key === '' ? null : address.key,
      partNumber: Number.isInteger(partNumber) ? partNumber : null,
      uploadId: exchange.query.get('uploadId'),
      accessKeyId: claim.kind === 'anonymous' ? null : claim.accessKeyId,
      securityToken: claim.kind === 'anonymous' ? null : claim.securityToken,
    };
  }

  answer(exchange: Exchange, facts: RequestFacts, faults: FaultsOfRequest): Answer | Promise<Answer> {
    const address = addressOf(exchange, this.#book);
    if (exchange.query.isMalformed)
      throw new Refusal(400, 'InvalidURI', 'The query is not percent-encoded UTF-8.');
    if (facts.operation === 'PostObject' && address.bucket !== null) {
      return this.#post(exchange, address.bucket, facts, faults);
    }
    const caller = authenticate(exchange, address, this.#registry);
    if (address.bucket !== null) checkBucket(address.bucket, this.#book.bucket);
    const run = address.bucket === null ? undefined : OPERATIONS[facts.operation];
    if (!run) throw new Refusal(501, 'NotImplemented', 'This sandbox does not implement that operation.');
    if (address.key !== '') checkKey(address.key);
    authorize(exchange, intentOf(exchange, facts.operation, address), caller, this.#registry);
    return run({ exchange, bucket: this.#bucket, key: address.key });
  }

  // OSS looks at the form alone here: signatures in headers or URL are not even read.
  #post(exchange: Exchange, bucket: string, facts: RequestFacts, faults: FaultsOfRequest): Promise<Answer> {
    return postObject(exchange, this.#bucket, (fields, file) => {
      const claim = formClaimOf(fields);
      const key = formKey(fields, file);
      facts.key = key;
      facts.accessKeyId = claim.accessKeyId;
      facts.securityToken = claim.securityToken;
      if (faults.rule?.fault === 'expire-token') {
        if (claim.securityToken !== null) this.#registry.sessions.kill(claim.securityToken);
        throw expiredToken();
      }
      const { caller, secret } = identify(claim, this.#registry, exchange.nowMs);
      verifyFormSignature(claim, secret, this.#registry.region, exchange.nowMs);
      checkBucket(bucket, this.#book.bucket);
      const form = acceptForm(exchange, bucket, claim, fields, file);
      const intent = {
        operation: facts.operation,
        address: { bucket, key },
        isTagged: fields.has('x-oss-tagging'),
        hasAcl: fields.has('x-oss-object-acl'),
      };
      authorize(exchange, intent, caller, this.#registry);
      return form;
    });
  }

  refuse(exchange: Exchange, refusal: Refusal): Answer {
    return ossRefusal(exchange, refusal);
  }

  commonHeaders(exchange: Exchange): Record<string, string> {
    return {
      Server: 'AliyunOSS',
      Date: new Date(exchange.nowMs).toUTCString(),
      'x-oss-request-id': exchange.requestId,
      'x-oss-server-time': String(Date.now() - exchange.receivedAt),
    };
  }

  #addressOrNone(exchange: Exchange): Address {
    try {
      return addressOf(exchange, this.#book);
    } catch {
      // The name is worth its place in the log even where the request will be refused for its host.
      return { bucket: null, key: exchange.path?.slice(1) ?? '' };
    }
  }
}

function operation(exchange: Exchange, address: Address): Operation {
  const isCopy = exchange.headers.has('x-oss-copy-source');
  return operationOf(exchange.method, address.key !== '', exchange.query, isCopy);
}
