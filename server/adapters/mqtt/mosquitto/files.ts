/** Names of the files in the folder that the server and Mosquitto share. */
export const BROKER_FILES = { passwords: 'passwd', access: 'acl', pid: 'mosquitto.pid' } as const;
