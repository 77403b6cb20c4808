import { describe, expect, it } from 'vitest';
import { stsProblem } from '../../../../src/app-server/sts/sts-problem';

const REQUEST_ID = '63661E75-3A41-5FBF-B023-867DA6A6AA81';
const thrown = (fields: object) =>
  Object.assign(
    new Error('POST http://sts/?Policy=%7B%22secret-policy%22&RoleArn=acs:ram::1:role/x failed'),
    { data: { Message: 'string to sign is: secret-policy' } },
    fields,
  );

describe('stsProblem', () => {
  it.each([
    ['NoPermission', 403, 'may not assume the role'],
    ['EntityNotExist.Role', 404, 'no role with this ROLE_ARN'],
    ['InvalidParameter.DurationSeconds', 400, 'TOKEN_SECONDS'],
    ['InvalidParameter.RoleArn', 400, 'ROLE_ARN'],
    ['InvalidParameter.PolicyGrammar', 400, 'session policy'],
    ['InvalidAccessKeyId.NotFound', 404, 'AccessKey ID'],
    ['SignatureDoesNotMatch', 400, 'AccessKey Secret'],
    ['InvalidTimeStamp.Expired', 400, 'clock'],
    ['SomethingNew', 400, 'refuses'],
    ['InternalError', 500, 'fault of its own'],
  ])('gives the code, the request id and one sentence for %s', (code, statusCode, words) => {
    const problem = stsProblem(thrown({ code, statusCode, requestId: REQUEST_ID }));
    expect(problem).toMatchObject({ code: 'StsError', requestId: REQUEST_ID });
    expect(problem.message).toMatch(new RegExp(`^STS answered ${code}: .*${words}.*\\.$`));
  });

  it.each([
    [1200, 2],
    [1, 1],
    [0, 1],
    [60_000, 60],
    [undefined, 1],
  ])('turns throttling with %s ms into Retry-After %s s', (retryAfter, retryAfterSeconds) => {
    const problem = stsProblem(
      thrown({ code: 'Throttling.User', statusCode: 400, requestId: REQUEST_ID, retryAfter }),
    );
    expect(problem).toMatchObject({ code: 'Throttled', retryAfterSeconds, requestId: REQUEST_ID });
  });

  it.each([
    [{ code: 'ECONNREFUSED' }, 'it refuses connections'],
    [{ code: 'ECONNRESET' }, 'the connection was cut'],
    [{ code: 'ENOTFOUND' }, 'cannot be resolved'],
    [{ code: 'ETIMEDOUT' }, 'did not answer in time'],
    [{ name: 'RequestTimeoutError' }, 'did not answer in time'],
    [{ name: 'SyntaxError' }, 'not JSON'],
    [{}, 'STS cannot be reached.'],
  ])('names what went wrong on the way: %j', (fields, words) => {
    const problem = stsProblem(thrown(fields));
    expect(problem.code).toBe('StsError');
    expect(problem.message).toContain(words);
  });

  it('lets nothing of the request out, whatever is thrown', () => {
    const odd = [
      thrown({}),
      thrown({ code: 'Bad code with http://sts/?Policy=secret-policy', statusCode: 400 }),
      thrown({ code: 'NoPermission', statusCode: 403, requestId: 'RoleArn=acs:ram::1:role/x' }),
      thrown({ code: 7, statusCode: '400' }),
      'POST http://sts/?Policy=secret-policy',
      null,
    ].map(stsProblem);
    expect(JSON.stringify(odd)).not.toMatch(/secret-policy|acs:ram|http:/);
    expect(odd.map(({ code }) => code)).toEqual(odd.map(() => 'StsError'));
  });
});
