/** True for a host that only this machine can reach: localhost, names under it (RFC 6761), 127.0.0.0/8 and ::1. */
export function isLoopbackHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return (
    bare === 'localhost' || bare.endsWith('.localhost') || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare)
  );
}

/** The host of a Host header, without its port. */
export function hostWithoutPort(header: string): string {
  return header.replace(/:\d+$/, '');
}
