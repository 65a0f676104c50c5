import { leftOut } from '../kit/needs.ts';
import { embeddedBacking } from './backing.ts';
import { describePath } from './pathScenario.ts';

if (!leftOut('the whole path on SQLite and the embedded broker', ['ffmpeg'])) describePath(embeddedBacking);
