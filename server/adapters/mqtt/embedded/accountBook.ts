import { type BrokerRights, rightsOf } from '../../../../shared/contract/rights.ts';
import type { BrokerAccount } from '../../../ports/messaging.ts';
import { filterCovers, hasWildcard } from './filters.ts';

/** One side of an identity's rights, made quick to ask: boxes have exact topics only, the server has wildcards. */
class Granted {
  readonly #literal: ReadonlySet<string>;
  readonly #wide: readonly string[];

  constructor(filters: readonly string[]) {
    this.#literal = new Set(filters);
    this.#wide = filters.filter(hasWildcard);
  }

  /** Is just this filter among the granted ones? */
  names(filter: string): boolean {
    return this.#literal.has(filter);
  }

  /** Does a granted filter cover this topic? */
  covers(topic: string): boolean {
    return this.#literal.has(topic) || this.#wide.some((filter) => filterCovers(filter, topic));
  }
}

export class Holder {
  readonly publish: Granted;
  readonly subscribe: Granted;

  constructor(rights: BrokerRights) {
    this.publish = new Granted(rights.publish);
    this.subscribe = new Granted(rights.subscribe);
  }
}

interface Entry {
  readonly passwordHash: string;
  readonly holder: Holder;
}

/** The accounts of the embedded broker, by user name. Rights are looked up at each use, so a change works at once. */
export class AccountBook {
  #entries: ReadonlyMap<string, Entry> = new Map();

  /** @returns the user names whose connections must end: they are gone, or have another password */
  replaceAll(accounts: readonly BrokerAccount[]): string[] {
    const before = this.#entries;
    this.#entries = new Map(
      accounts.map(({ username, passwordHash, identity }) => [
        username,
        { passwordHash, holder: new Holder(rightsOf(identity)) },
      ]),
    );
    return [...before].flatMap(([username, { passwordHash }]) =>
      this.#entries.get(username)?.passwordHash === passwordHash ? [] : [username],
    );
  }

  passwordHash(username: string): string | null {
    return this.#entries.get(username)?.passwordHash ?? null;
  }

  holder(username: string): Holder | null {
    return this.#entries.get(username)?.holder ?? null;
  }
}
