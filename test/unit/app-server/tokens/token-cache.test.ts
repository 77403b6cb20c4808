import { describe, expect, it } from 'vitest';
import { problem, type Answer } from '../../../../src/app-server/problem';
import type { IssuedToken, TokenIssuer } from '../../../../src/app-server/sts/token-issuer';
import { createTokenCache } from '../../../../src/app-server/tokens/token-cache';
import { fakeClock } from '../fake-clock';

const LIFE_MS = 900_000;
const issued = (n: number, lifeMs = LIFE_MS): Answer<IssuedToken> => ({
  ok: true,
  value: {
    // Expired for decades by the wall clock of these tests' machine, and fresh all the same.
    token: {
      AccessKeyId: `STS.${n}`,
      AccessKeySecret: 'secret',
      SecurityToken: 'token',
      Expiration: '1999-01-01T00:15:00Z',
    },
    lifeMs,
  },
});
const down: Answer<IssuedToken> = { ok: false, problem: problem('StsError', 'STS cannot be reached.') };

const callerNamed = (name: string, prefix = 'uploads/') => ({ name, prefix });

/** An STS whose answers the test gives by hand, in the order of the questions. */
function fakeIssuer() {
  const waiting: ((answer: Answer<IssuedToken>) => void)[] = [];
  let asked = 0;
  const prefixes: string[] = [];
  const issuer: TokenIssuer = {
    issue: (prefix) =>
      new Promise((resolve) => {
        asked += 1;
        prefixes.push(prefix);
        waiting.push(resolve);
      }),
  };
  return {
    issuer,
    prefixes,
    asked: () => asked,
    answer: (answer: Answer<IssuedToken>) => waiting.shift()!(answer),
  };
}

function setUp(limit?: number) {
  const clock = fakeClock();
  const sts = fakeIssuer();
  const cache = createTokenCache(sts.issuer, clock, limit);
  const ask = async (anew = false, caller = 'a') => {
    const answer = await cache.tokenFor(callerNamed(caller), { anew });
    return answer.ok ? answer.value.token.AccessKeyId : answer.problem.code;
  };
  /** Asks, lets STS answer this, and gives what came of it. */
  const askAndAnswer = (answer: Answer<IssuedToken>, anew = false, caller = 'a') => {
    const asking = ask(anew, caller);
    sts.answer(answer);
    return asking;
  };
  return { clock, sts, cache, ask, askAndAnswer };
}

describe('a token is handed out while over half its life is left', () => {
  it('asks once, then again exactly at half', async () => {
    const { clock, sts, ask, askAndAnswer } = setUp();
    expect(await askAndAnswer(issued(1))).toBe('STS.1');
    clock.pass(LIFE_MS / 2 - 1);
    expect(await ask()).toBe('STS.1');
    expect(sts.asked()).toBe(1);
    clock.pass(1);
    expect(await askAndAnswer(issued(2))).toBe('STS.2');
    expect(sts.asked()).toBe(2);
  });

  it('counts its age from the question, so a slow answer makes it no younger', async () => {
    const { clock, sts, ask, askAndAnswer } = setUp();
    const asking = ask();
    clock.pass(LIFE_MS / 2);
    sts.answer(issued(1));
    expect(await asking).toBe('STS.1');
    expect(await askAndAnswer(issued(2))).toBe('STS.2');
  });

  it('is not moved by a wall clock that steps back', async () => {
    const { clock, sts, ask, askAndAnswer } = setUp();
    await askAndAnswer(issued(1));
    clock.stepWall(-7_200_000);
    clock.pass(LIFE_MS / 2 - 1);
    expect(await ask()).toBe('STS.1');
    clock.pass(1);
    expect(await askAndAnswer(issued(2))).toBe('STS.2');
    expect(sts.asked()).toBe(2);
  });

  it('notices that the machine slept', async () => {
    const { clock, askAndAnswer } = setUp();
    await askAndAnswer(issued(1));
    clock.stepWall(LIFE_MS);
    expect(await askAndAnswer(issued(2))).toBe('STS.2');
  });

  it('says what time it is for STS, decades off or not', async () => {
    const { clock, cache, askAndAnswer } = setUp();
    await askAndAnswer(issued(1));
    clock.pass(60_000);
    const answer = await cache.tokenFor(callerNamed('a'), { anew: false });
    expect(answer).toMatchObject({ ok: true, value: { stsTimeMs: Date.parse('1999-01-01T00:01:00Z') } });
  });

  it('keeps a token for each caller', async () => {
    const { sts, ask, askAndAnswer } = setUp();
    expect(await askAndAnswer(issued(1), false, 'a')).toBe('STS.1');
    expect(await askAndAnswer(issued(2), false, 'b')).toBe('STS.2');
    expect(await ask(false, 'a')).toBe('STS.1');
    expect(sts.asked()).toBe(2);
  });
});

describe('many callers', () => {
  it('never share a token across prefixes, though their names are the same', async () => {
    const { sts, cache } = setUp();
    const asking = ['uploads/a/', 'uploads/b/'].map((prefix) =>
      cache.tokenFor(callerNamed('twin', prefix), { anew: false }),
    );
    sts.answer(issued(1));
    sts.answer(issued(2));
    const answers = await Promise.all(asking);
    expect(answers.map((answer) => answer.ok && answer.value.token.AccessKeyId)).toEqual(['STS.1', 'STS.2']);
    expect(sts.prefixes).toEqual(['uploads/a/', 'uploads/b/']);
  });

  it('are forgotten in the order of their last visit', async () => {
    const { ask, askAndAnswer } = setUp(2);
    await askAndAnswer(issued(1), false, 'a');
    await askAndAnswer(issued(2), false, 'b');
    expect(await ask(false, 'a')).toBe('STS.1');
    await askAndAnswer(issued(3), false, 'c');
    expect(await ask(false, 'a')).toBe('STS.1');
    expect(await askAndAnswer(issued(4), false, 'b')).toBe('STS.4');
  });
});

describe('single flight', () => {
  it('asks STS once however many wait', async () => {
    const { sts, ask } = setUp();
    const asking = Array.from({ length: 100 }, (_, n) => ask(n % 2 === 1));
    expect(sts.asked()).toBe(1);
    sts.answer(issued(1));
    expect(new Set(await Promise.all(asking))).toEqual(new Set(['STS.1']));
    expect(sts.asked()).toBe(1);
  });

  it('gives one failure to all who waited, and asks again for the next', async () => {
    const { sts, ask, askAndAnswer } = setUp();
    const asking = [ask(), ask()];
    sts.answer(down);
    expect(await Promise.all(asking)).toEqual(['StsError', 'StsError']);
    expect(await askAndAnswer(issued(1))).toBe('STS.1');
  });

  it('still hands out a young token while another asks anew', async () => {
    const { clock, sts, ask, askAndAnswer } = setUp();
    await askAndAnswer(issued(1));
    clock.pass(2000);
    const anew = ask(true);
    expect(await ask()).toBe('STS.1');
    sts.answer(issued(2));
    expect(await anew).toBe('STS.2');
    expect(await ask()).toBe('STS.2');
  });
});

describe('no-cache', () => {
  it('asks anew, but at most every two seconds', async () => {
    const { clock, sts, ask, askAndAnswer } = setUp();
    await askAndAnswer(issued(1));
    clock.pass(1999);
    expect(await ask(true)).toBe('STS.1');
    expect(sts.asked()).toBe(1);
    clock.pass(1);
    expect(await askAndAnswer(issued(2), true)).toBe('STS.2');
    expect(await ask(true)).toBe('STS.2');
    expect(sts.asked()).toBe(2);
  });

  it('repeats a failure inside the two seconds instead of the token that may have been refused', async () => {
    const { clock, sts, ask, askAndAnswer } = setUp();
    await askAndAnswer(issued(1));
    clock.pass(2000);
    expect(await askAndAnswer(down, true)).toBe('StsError');
    expect(await ask(true)).toBe('StsError');
    expect(await ask()).toBe('STS.1');
    expect(sts.asked()).toBe(2);
    clock.pass(2000);
    expect(await askAndAnswer(issued(2), true)).toBe('STS.2');
  });

  it('does not hold a token back that lives less than four seconds', async () => {
    const { clock, askAndAnswer } = setUp();
    await askAndAnswer(issued(1, 1000));
    clock.pass(600);
    expect(await askAndAnswer(issued(2, 1000), true)).toBe('STS.2');
  });
});
