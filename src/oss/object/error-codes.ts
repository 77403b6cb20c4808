import type { FaultCode } from '../../shared/faults';

/**
 * What OSS's own error codes mean to us. Sources: help.aliyun.com/en/oss/user-guide (error code pages); codes that
 * are not here are `server-refused`, or `server-busy` when the status is 5xx.
 */
export const FAULT_OF_OSS_CODE: ReadonlyMap<string, FaultCode> = new Map<string, FaultCode>([
  ['SecurityTokenExpired', 'token-expired'],
  ['InvalidSecurityToken', 'token-expired'],
  ['AccessKeyIdAndSecurityTokenNotMatch', 'token-expired'],
  ['InvalidAccessKeyId', 'key-unknown'],
  ['InactiveAccessKeyId', 'key-unknown'],
  ['SignatureDoesNotMatch', 'signature'],
  ['RequestTimeTooSkewed', 'clock-skew'],
  ['AccessDenied', 'no-permission'],
  ['AccessForbidden', 'no-permission'],
  ['NoPermission', 'no-permission'],
  ['NoSuchBucket', 'bucket-missing'],
  ['InvalidBucketName', 'bucket-missing'],
  ['TemporaryRedirect', 'wrong-endpoint'],
  ['InvalidLocationConstraint', 'wrong-endpoint'],
  // Since 2025-03-20 the public endpoints of the mainland refuse the data calls of new users (EC 0048-00000401).
  ['PublicEndpointForbidden', 'own-domain-needed'],
  ['SecondLevelDomainForbidden', 'path-style-refused'],
  ['FileAlreadyExists', 'object-exists'],
  // A retention rule holds the object: it cannot be replaced.
  ['FileImmutable', 'object-exists'],
  ['NoSuchUpload', 'upload-gone'],
  ['InvalidObjectName', 'name-refused'],
  ['KeyTooLongError', 'name-refused'],
  ['EntityTooLarge', 'too-large'],
  // Content-MD5 of a Put does not fit the bytes that arrived.
  ['InvalidDigest', 'crc-mismatch'],
  ['BadDigest', 'crc-mismatch'],
  ['CallbackFailed', 'callback-failed'],
  ['SlowDown', 'throttled'],
  ['Throttling', 'throttled'],
  ['Throttling.User', 'throttled'],
  ['QpsLimitExceeded', 'throttled'],
  ['TotalQpsLimitExceeded', 'throttled'],
  ['UploadTrafficRateLimitExceeded', 'throttled'],
  ['TrafficRateLimitExceeded', 'throttled'],
  ['TooManyRequests', 'throttled'],
  ['ServiceUnavailable', 'server-busy'],
  ['InternalError', 'server-busy'],
  ['RequestTimeout', 'server-busy'],
]);
