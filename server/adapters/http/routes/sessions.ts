import { credentials, session } from '../../../../shared/contract/api/user.ts';
import { type SignInParts, signIn } from '../../../usecases/users/signIn.ts';
import { signOut } from '../../../usecases/users/signOut.ts';
import { clearSessionCookie, credentialOf, setSessionCookie } from '../credentials.ts';
import { type Route, route } from '../route.ts';

export function sessionRoutes(parts: SignInParts): Route[] {
  return [
    route({
      method: 'post',
      path: '/sessions',
      access: 'public',
      tag: 'sessions',
      summary: 'Sign in',
      description:
        'Browsers get the token as an HttpOnly cookie too. After five failures each further try must wait longer.',
      body: credentials,
      answer: session,
      status: 201,
      handle: async ({ body, remote, request, response }) => {
        const opened = await signIn(parts, { ...body, remote });
        setSessionCookie(request, response, opened.token, opened.expiresAt);
        return opened;
      },
    }),
    route({
      method: 'delete',
      path: '/sessions/current',
      access: 'viewer',
      tag: 'sessions',
      summary: 'Sign out',
      handle: async ({ request, response }) => {
        const credential = credentialOf(request);
        if (credential !== null) await signOut(parts, credential.token);
        clearSessionCookie(request, response);
      },
    }),
  ];
}
