/**
 * A URL as people may see it. Everything between the first ':' after the scheme and the last '@' is taken for the password, however
 * badly the URL is written, and so is what a parameter of such a name says.
 */
export function maskPassword(url: string): string {
  return url
    .replace(/^([^:/]*:\/*[^/:@]*:).*@/s, '$1***@')
    .replace(/([?&][^=&]*(?:password|passwd|pwd|secret|token|key)[^=&]*=)[^&]*/gi, '$1***');
}
