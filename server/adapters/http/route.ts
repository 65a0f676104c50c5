import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Role, User } from '../../../shared/contract/api/user.ts';
import type { Actor, Logger } from '../../ports/system.ts';

/** Who may call a route: nobody in particular, or a user of at least this role. There is no default. */
export type Access = 'public' | Role;

export interface RouteContext<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly actor: Actor;
  /** Null on public routes when nobody is signed in. */
  readonly user: User | null;
  readonly requestId: string;
  /** The caller's address, for rate limits. */
  readonly remote: string;
  readonly log: Logger;
  readonly request: Request;
  readonly response: Response;
}

interface RouteHead {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Below /api/v1, parameters as `{id}`. */
  readonly path: string;
  readonly access: Access;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
}

/** A route as data: from this one row come validation, rights, the handler and its page in the OpenAPI document. */
export interface Route extends RouteHead {
  readonly params: z.ZodType | null;
  readonly query: z.ZodType | null;
  readonly body: z.ZodType | null;
  /** Schema of the answer, checked before it is sent; null: 204, or a route that answers by itself. */
  readonly answer: z.ZodType | null;
  readonly status: number;
  /** Media types for routes that read the request or write the answer themselves (uploads, CSV, events). */
  readonly raw?: { readonly request?: string; readonly response?: string };
  readonly handle: (context: RouteContext<unknown, unknown, unknown>) => Promise<unknown>;
}

type Output<S> = S extends z.ZodType ? z.output<S> : undefined;

/**
 * Makes a route whose handler is typed by its schemas. Answers are `z.output`: the code's form (instants as numbers),
 * which the edge encodes to the wire's (ISO texts).
 */
export function route<
  P extends z.ZodType | null = null,
  Q extends z.ZodType | null = null,
  B extends z.ZodType | null = null,
  A extends z.ZodType | null = null,
>(
  spec: RouteHead & {
    params?: P;
    query?: Q;
    body?: B;
    answer?: A;
    status?: number;
    raw?: { request?: string; response?: string };
    handle: (
      context: RouteContext<Output<P>, Output<Q>, Output<B>>,
    ) => Promise<A extends z.ZodType ? z.output<A> : void>;
  },
): Route {
  const { handle, params, query, body, answer, status, ...head } = spec;
  return {
    ...head,
    params: params ?? null,
    query: query ?? null,
    body: body ?? null,
    answer: answer ?? null,
    status: status ?? (answer ? 200 : 204),
    // The edge has parsed all three by these very schemas before it calls.
    handle: (context) => handle(context as RouteContext<Output<P>, Output<Q>, Output<B>>),
  };
}
