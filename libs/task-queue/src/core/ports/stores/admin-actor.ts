/** Roles of the admin API, lowest first; each includes the rights of those before it. */
export const ADMIN_ROLES = ['viewer', 'operator', 'admin'] as const;

export type AdminRole = (typeof ADMIN_ROLES)[number];

/** The authenticated sender of a request. */
export interface AdminActor {
  /** of the token or user, for the audit log */
  readonly name: string;
  readonly role: AdminRole;
}
