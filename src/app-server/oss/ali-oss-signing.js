// The pieces of ali-oss that sign URLs and forms. A module in JavaScript, because the package carries its TypeScript
// sources beside its code and the compiler would take those, with all their faults, for a part of ours.
import postSignature from 'ali-oss/lib/common/object/calculatePostSignature.js';
import signUtils from 'ali-oss/lib/common/signUtils.js';

export { signPostObjectPolicyV4 } from 'ali-oss/lib/common/object/signPostObjectPolicyV4.js';
export const { calculatePostSignature } = postSignature;
export { signUtils };
