/** The members of a client of ali-oss that signing reads. */
interface SigningClient {
  readonly options: {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly region: string;
  };
}

/** Signs a policy by version 1 and gives it in Base64. */
export function calculatePostSignature(
  this: SigningClient,
  policy: object,
): { readonly OSSAccessKeyId: string; readonly Signature: string; readonly policy: string };

/** Signs a policy by version 4; `date` must be the `x-oss-date` of the form. */
export function signPostObjectPolicyV4(this: SigningClient, policy: object, date: Date): string;

export const signUtils: {
  getCredential(date: string, region: string, accessKeyId: string): string;
  getCanonicalRequest(
    method: string,
    request: {
      readonly headers: Readonly<Record<string, string>>;
      /** Null: the name alone. */
      readonly queries: Readonly<Record<string, string | null>>;
    },
    bucket: string,
    object: string,
    additionalHeaders: readonly string[],
  ): string;
  getStringToSign(region: string, date: string, canonicalRequest: string): string;
  getSignatureV4(secret: string, date: string, region: string, stringToSign: string): string;
};
