import type { Theme } from '../../shared/contract/api/campaign.ts';
import { Fault } from '../../shared/core/fault.ts';
import { refuseFaults, repeated } from './checks.ts';

/** Refuses names that differ in nothing but upper and lower case: staff could not tell the themes apart. */
export function checkThemeNames(names: readonly string[], field: (index: number) => string): void {
  refuseFaults(
    'campaign.themeTwice',
    repeated(
      names.map((name) => name.toLocaleLowerCase('vi')),
      field,
    ),
  );
}

/**
 * The themes that a campaign will have: those with an id keep it, also under a new name; those without are new.
 * @param newId draws an id
 * @throws Fault `theme.unknown` for an id that is none of the campaign's, `campaign.themeTwice`
 */
export function changedThemes(
  old: readonly Theme[],
  wanted: readonly { readonly id?: string | undefined; readonly name: string }[],
  newId: () => string,
): Theme[] {
  checkThemeNames(
    wanted.map(({ name }) => name),
    (index) => `themes[${index}].name`,
  );
  refuseFaults(
    'campaign.themeTwice',
    repeated(
      wanted.map(({ id }, index) => id ?? `new ${index}`),
      (index) => `themes[${index}].id`,
    ),
  );
  return wanted.map(({ id, name }, index) => {
    if (id !== undefined && !old.some((theme) => theme.id === id)) {
      throw new Fault('invalid', 'theme.unknown', `The campaign has no theme ${id}.`, [
        { field: `themes[${index}].id`, message: 'must be the id of one of its themes; leave it out for a new theme' },
      ]);
    }
    return { id: id ?? newId(), name };
  });
}
