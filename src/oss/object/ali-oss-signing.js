// The two pieces of ali-oss that sign. A module in JavaScript, because the package carries its TypeScript sources
// beside its code and the compiler would take those, with all their faults, for a part of ours.
import signUtils from 'ali-oss/lib/common/signUtils.js';

export { createRequest } from 'ali-oss/lib/common/utils/createRequest.js';
export { signUtils };
