export * from '../core/errors/admin-errors.js';
export { TaskAdminModule } from './task-admin.module.js';
export type { AdminModuleExtras, AdminOptionsInput } from './task-admin.options.js';
export type { AdminAuthInput, CredentialAuthInput, GuardAuth, HashedCredential } from './auth/auth-options.js';
export { hashPassword } from './auth/hash-password.js';
export { generateToken, hashToken } from './auth/hash-token.js';
