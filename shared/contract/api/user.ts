import { z } from 'zod';
import { id, isoInstant, label } from '../primitives.ts';

/** Low to high; each may do what the ones before it may. */
export const ROLES = ['viewer', 'editor', 'approver', 'administrator'] as const;
export type Role = (typeof ROLES)[number];

const username = z.string().regex(/^[a-z0-9][a-z0-9._-]{1,39}$/, 'must be 2 to 40 lower-case letters, digits, . _ -');
const password = z.string().min(10, 'must be at least 10 characters').max(200);

export const user = z.object({ id, username, name: label(100), role: z.enum(ROLES), createdAt: isoInstant });
export const newUser = z.object({ username, name: label(100), role: z.enum(ROLES), password });

export const passwordChange = z.object({ current: z.string().max(200), password });

export const credentials = z.object({ username: z.string().max(100), password: z.string().max(200) });
/** The token goes into `Authorization: Bearer`; browsers get the same as an HttpOnly cookie. */
export const session = z.object({ token: z.string(), expiresAt: isoInstant, user });

export const newApiToken = z.object({ name: label(100), days: z.int().min(1).max(3650).default(365) });
export const apiToken = z.object({ id, name: z.string(), createdAt: isoInstant, expiresAt: isoInstant });
/** `token` is shown once. */
export const issuedApiToken = z.object({ ...apiToken.shape, token: z.string() });

export type User = z.infer<typeof user>;
export type NewUser = z.infer<typeof newUser>;
