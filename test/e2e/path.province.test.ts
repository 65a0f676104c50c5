import { leftOut } from '../kit/needs.ts';
import { POSTGRES_PROGRAMS } from '../kit/postgres.ts';
import { provinceBacking } from './backing.ts';
import { describePath } from './pathScenario.ts';

describePath(provinceBacking, {
  leftOut: leftOut('the whole path on PostgreSQL and Mosquitto', ['ffmpeg', 'mosquitto', ...POSTGRES_PROGRAMS]),
  hostile: true,
});
