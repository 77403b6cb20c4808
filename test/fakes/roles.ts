/** The policy of Alibaba's document: writing below the prefix, and nothing else. */
export const MINIMAL_ROLE = JSON.stringify({
  Version: '1',
  Statement: [{ Effect: 'Allow', Action: ['oss:PutObject'], Resource: ['acs:oss:*:*:sandbox/uploads/*'] }],
});
