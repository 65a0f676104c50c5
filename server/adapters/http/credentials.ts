import type { Request, Response } from 'express';
import { Fault } from '../../../shared/core/fault.ts';
import type { Instant } from '../../../shared/core/time.ts';

export const SESSION_COOKIE = 'loaban_session';
/** A header that no form of another site can set: proof enough where a browser sends no origin. */
export const SAME_SITE_HEADER = 'x-loaban-request';

export interface Credential {
  readonly token: string;
  readonly via: 'bearer' | 'cookie';
}

/** The token a request carries. A bearer token goes before the cookie: whoever sets a header means it. */
export function credentialOf(request: Request): Credential | null {
  const bearer = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(request.get('authorization') ?? '')?.[1];
  if (bearer !== undefined) return { token: bearer, via: 'bearer' };
  for (const pair of (request.get('cookie') ?? '').split(';')) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === SESSION_COOKIE && value !== undefined && value !== '') return { token: value, via: 'cookie' };
  }
  return null;
}

/**
 * Refuses a write that a cookie vouches for unless it comes from a page of ours. SameSite=Strict keeps other sites out;
 * this also keeps out a sister domain and an old browser.
 * @throws Fault `forbidden`
 */
export function requireSameOrigin(request: Request): void {
  if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return;
  const origin = request.get('origin');
  const same =
    origin === undefined ? request.get(SAME_SITE_HEADER) !== undefined : hostOf(origin) === request.get('host');
  if (same) return;
  const remedy = `send the ${SAME_SITE_HEADER} header from the server's own page, or use a bearer token`;
  throw new Fault('forbidden', 'session.crossSite', `This request comes from another site: ${remedy}.`);
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

export function setSessionCookie(request: Request, response: Response, token: string, expiresAt: Instant): void {
  response.cookie(SESSION_COOKIE, token, { ...cookieOptions(request), expires: new Date(expiresAt) });
}

export function clearSessionCookie(request: Request, response: Response): void {
  response.clearCookie(SESSION_COOKIE, cookieOptions(request));
}

function cookieOptions(request: Request) {
  return { httpOnly: true, sameSite: 'strict', secure: request.secure, path: '/' } as const;
}
