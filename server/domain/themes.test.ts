import { describe, expect, it } from 'vitest';
import { changedThemes, checkThemeNames } from './themes.ts';

const OLD = [
  { id: 'thm-a', name: 'Vệ sinh' },
  { id: 'thm-b', name: 'Khuyến học' },
];
const newId = () => 'thm-new';

describe('changed themes', () => {
  it('keep their ids under new names, drop what is missing and draw ids for what is new', () => {
    expect(changedThemes(OLD, [{ name: 'Rừng' }, { id: 'thm-a', name: 'Vệ sinh yêu nước' }], newId)).toEqual([
      { id: 'thm-new', name: 'Rừng' },
      { id: 'thm-a', name: 'Vệ sinh yêu nước' },
    ]);
  });

  it('refuse an id of another campaign, an id named twice and a name that differs by case only', () => {
    expect(() => changedThemes(OLD, [{ id: 'thm-x', name: 'Rừng' }], newId)).toThrow('no theme thm-x');
    expect(() =>
      changedThemes(
        OLD,
        [
          { id: 'thm-a', name: 'A' },
          { id: 'thm-a', name: 'B' },
        ],
        newId,
      ),
    ).toThrow('themes[1].id repeats');
    expect(() => checkThemeNames(['Đổi mới', 'ĐỔI MỚI'], (index) => `themes[${index}]`)).toThrow('themes[1] repeats');
  });
});
