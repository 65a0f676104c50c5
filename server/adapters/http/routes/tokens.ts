import { z } from 'zod';
import { apiToken, issuedApiToken, newApiToken } from '../../../../shared/contract/api/user.ts';
import { id } from '../../../../shared/contract/primitives.ts';
import type { ServerParts } from '../../../ports/parts.ts';
import { issueToken } from '../../../usecases/users/issueToken.ts';
import { revokeToken } from '../../../usecases/users/revokeToken.ts';
import { type Route, route } from '../route.ts';
import { signedIn } from '../signedIn.ts';

export function tokenRoutes(parts: Pick<ServerParts, 'store' | 'secrets' | 'clock' | 'random'>): Route[] {
  const tag = 'tokens';
  return [
    route({
      method: 'post',
      path: '/tokens',
      access: 'viewer',
      tag,
      summary: 'Make a bearer token for a script',
      description: 'It has your rights. The token is shown this once.',
      body: newApiToken,
      answer: issuedApiToken,
      status: 201,
      handle: (context) => issueToken(parts, signedIn(context), context.body),
    }),
    route({
      method: 'get',
      path: '/tokens',
      access: 'viewer',
      tag,
      summary: 'List your tokens',
      answer: z.object({ items: z.array(apiToken) }),
      handle: async (context) => {
        const tokens = await parts.store.repositories.users.tokensOf(signedIn(context).id);
        return { items: tokens.filter(({ kind }) => kind === 'api') };
      },
    }),
    route({
      method: 'delete',
      path: '/tokens/{id}',
      access: 'viewer',
      tag,
      summary: 'Revoke a token',
      params: z.object({ id }),
      handle: (context) => revokeToken(parts, signedIn(context), context.params.id),
    }),
  ];
}
