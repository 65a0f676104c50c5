import { leftOut } from '../kit/needs.ts';
import { POSTGRES_PROGRAMS } from '../kit/postgres.ts';
import { provinceBacking } from './backing.ts';
import { describePath } from './pathScenario.ts';

if (!leftOut('the whole path on PostgreSQL and Mosquitto', ['ffmpeg', 'mosquitto', ...POSTGRES_PROGRAMS])) {
  describePath(provinceBacking);
}
