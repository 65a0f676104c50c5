/**
 * Version of what server and boxes say to each other: the `v` of every message and the last level of the topic prefix.
 * It grows only when an old reader could misunderstand; adding an optional member is no such change, since readers
 * ignore what they do not know. The golden messages beside the tests hold every version that must still be read.
 */
export const PROTOCOL_VERSION = 1;

export const TOPIC_PREFIX = `loaban/v${PROTOCOL_VERSION}`;
