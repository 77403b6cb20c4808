import { CLIProfileCredentialsProvider } from '@alicloud/credentials';
import { failure, fault, success, type Outcome } from '../../shared/faults';
import type { AccessKeyPair } from './assume-role';

/**
 * The AccessKey pair of a named profile of the aliyun CLI (`~/.aliyun/config.json`). Only what was named is asked:
 * the SDK's default chain would also probe the metadata address of the machine. Fault: credentials-missing.
 */
export async function aliyunProfileCaller(profileName: string): Promise<Outcome<AccessKeyPair>> {
  try {
    const provider = CLIProfileCredentialsProvider.builder().withProfileName(profileName).build();
    const { accessKeyId, accessKeySecret, securityToken } = await provider.getCredentials();
    if (accessKeyId && accessKeySecret)
      return success({ accessKeyId, accessKeySecret, ...(securityToken ? { securityToken } : {}) });
  } catch {
    // Its message can quote the whole file, with the keys in it.
  }
  const words = `The aliyun CLI has no profile "${profileName}" with an AccessKey pair; see "aliyun configure list".`;
  return failure(fault('credentials-missing', words));
}
