import { rightsOf } from '../../../../shared/contract/rights.ts';
import { TOPIC_NAMES, TOPICS } from '../../../../shared/contract/topics.ts';
import type { BrokerAccount } from '../../../ports/messaging.ts';
import { BROKER_FILES } from './files.ts';

const byName = (a: BrokerAccount, b: BrokerAccount) => (a.username < b.username ? -1 : 1);

/** Mosquitto's password file: one `user:$7$...` a line. */
export function renderPasswords(accounts: readonly BrokerAccount[]): string {
  return [...accounts]
    .sort(byName)
    .map(({ username, passwordHash }) => `${username}:${passwordHash}\n`)
    .join('');
}

/** Mosquitto's access list: every right as a line of its own, and nothing for anybody who is not named. */
export function renderAccessList(accounts: readonly BrokerAccount[]): string {
  return [...accounts]
    .sort(byName)
    .map(({ username, identity }) => {
      const { publish, subscribe } = rightsOf(identity);
      const lines = [
        `user ${username}`,
        ...publish.map((topic) => `topic write ${topic}`),
        ...subscribe.map((topic) => `topic read ${topic}`),
      ];
      return `${lines.join('\n')}\n\n`;
    })
    .join('');
}

export interface MosquittoConf {
  /** Folder of the password and access files that the server writes. */
  readonly filesFolder: string;
  /** Folder that Mosquitto keeps its sessions and retained messages in. */
  readonly dataFolder: string;
  /** The user that the server runs as: Mosquitto must own the files it reads, so both run as one. */
  readonly user: string;
  readonly port: number;
  readonly address?: string;
}

/** A whole mosquitto.conf for Loa Bản, each line with its reason. For Mosquitto 2.0 and later. */
export function renderMosquittoConf({ filesFolder, dataFolder, user, port, address }: MosquittoConf): string {
  const largest = Math.max(...TOPIC_NAMES.map((name) => TOPICS[name].maxBytes));
  return `# Mosquitto for Loa Bản. The server writes ${BROKER_FILES.passwords} and ${BROKER_FILES.access} and asks for a reload (SIGHUP).
# Newer versions refuse password files that others own or may read: run Mosquitto as the server's user.
user ${user}
listener ${port}${address === undefined ? '' : ` ${address}`}
allow_anonymous false
password_file ${filesFolder}/${BROKER_FILES.passwords}
acl_file ${filesFolder}/${BROKER_FILES.access}
# A box cannot push another off by taking its client id.
use_username_as_clientid true
pid_file ${dataFolder}/${BROKER_FILES.pid}

# Retained plans and the boxes' sessions outlive a restart. After a crash what came since the last save is lost; the
# server notices a lost session and publishes all plans anew.
persistence true
persistence_location ${dataFolder}/
autosave_interval 60
# A box that was not seen for two months is forgotten; its retained plan is not.
persistent_client_expiration 2m

# The longest plan, and room for its topic.
message_size_limit ${largest}
# The ledger commits in groups: the server needs many reports under way at once (the default is 20), and those that
# come while it restarts must wait (the default drops them above 1000).
max_inflight_messages 1000
max_queued_messages 100000
set_tcp_nodelay true
`;
}
