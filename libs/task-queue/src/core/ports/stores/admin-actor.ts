/** What may be done through the admin API, the least first; each role may do what those before it may. */
export const ADMIN_ROLES = ['viewer', 'operator', 'admin'] as const;

export type AdminRole = (typeof ADMIN_ROLES)[number];

/** Who asks. */
export interface AdminActor {
  /** of the token or user; for people who read the audit log */
  readonly name: string;
  readonly role: AdminRole;
}
