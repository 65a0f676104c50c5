import { pageOf, pageQuery } from '../../../../shared/contract/api/paging.ts';
import { newUser, passwordChange, user } from '../../../../shared/contract/api/user.ts';
import type { LoginThrottle } from '../../../domain/loginThrottle.ts';
import type { ServerParts } from '../../../ports/parts.ts';
import { pageRows } from '../../../usecases/paging.ts';
import { changePassword } from '../../../usecases/users/changePassword.ts';
import { createUser } from '../../../usecases/users/createUser.ts';
import { clearSessionCookie } from '../credentials.ts';
import { type Route, route } from '../route.ts';
import { signedIn } from '../signedIn.ts';

export function userRoutes(
  parts: Pick<ServerParts, 'store' | 'secrets' | 'clock' | 'random'> & { readonly throttle: LoginThrottle },
): Route[] {
  const tag = 'users';
  return [
    route({
      method: 'get',
      path: '/me',
      access: 'viewer',
      tag,
      summary: 'Who is signed in',
      answer: user,
      handle: async (context) => signedIn(context),
    }),
    route({
      method: 'put',
      path: '/me/password',
      access: 'viewer',
      tag,
      summary: 'Change your own password',
      description: 'Ends all of your sessions, this one too.',
      body: passwordChange,
      handle: async (context) => {
        await changePassword(parts, signedIn(context), context.body);
        clearSessionCookie(context.request, context.response);
      },
    }),
    route({
      method: 'get',
      path: '/users',
      access: 'administrator',
      tag,
      summary: 'List users',
      query: pageQuery,
      answer: pageOf(user),
      handle: ({ query }) => pageRows(parts.store.repositories.users, query),
    }),
    route({
      method: 'post',
      path: '/users',
      access: 'administrator',
      tag,
      summary: 'Add a user',
      body: newUser,
      answer: user,
      status: 201,
      handle: ({ actor, body }) => createUser(parts, actor, body),
    }),
  ];
}
