import { leftOut } from '../kit/needs.ts';
import { embeddedBacking } from './backing.ts';
import { describePath } from './pathScenario.ts';

describePath(embeddedBacking, {
  leftOut: leftOut('the whole path on SQLite and the embedded broker', ['ffmpeg']),
  hostile: false,
});
