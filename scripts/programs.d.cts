/** Types of programs.cjs for the tests. */
export interface Program<Announced> {
  readonly announced: Announced;
  readonly pid: number;
  /** SIGTERM, then SIGKILL after five seconds; resolves once it has ended. */
  stop(): Promise<void>;
}
export interface SandboxAddresses {
  readonly oss: string;
  readonly sts: string;
  readonly imm: string;
  readonly region: string;
  readonly bucket: string;
  readonly immProject: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly roleArn: string;
  readonly admin: string;
}
export interface AppServerAddress {
  readonly url: string;
}
export function launchProgram(
  file: string,
  args?: readonly string[],
  environment?: Readonly<Record<string, string>>,
): Promise<Program<unknown>>;
export function launchSandbox(folder: string, args?: readonly string[]): Promise<Program<SandboxAddresses>>;
export function launchAppServer(
  sandbox: SandboxAddresses,
  prefix: string,
  environment?: Readonly<Record<string, string>>,
): Promise<Program<AppServerAddress>>;
/** A profile as `profileSchema` reads it. */
export function sandboxProfile(
  sandbox: SandboxAddresses,
  appServer: AppServerAddress,
  prefix: string,
): Record<string, unknown>;
