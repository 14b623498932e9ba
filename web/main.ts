import { el, fillWith } from './dom.ts';
import { showStudies } from './views/studies/list.ts';
import { showStudy } from './views/studies/study.ts';

/** What is shown at an address behind the "#": it fills its place, and returns how it is taken away again. */
export type View = (place: HTMLElement, where: HTMLElement, rest: readonly string[]) => () => void;

const views: Readonly<Record<string, View>> = {
  studies: (place, where, [name]) => (name === undefined ? showStudies(place, where) : showStudy(place, where, name)),
};

const [place, where] = ['view', 'where'].map((id) => document.getElementById(id)!);
let leave = () => {};

function show(): void {
  const [name = '', ...rest] = location.hash.replace(/^#\/?/, '').split('/').filter(Boolean).map(decodeURIComponent);
  leave();
  fillWith(place);
  fillWith(where);
  const view = views[name || 'studies'];
  if (view) leave = view(place, where, rest);
  else
    fillWith(
      place,
      el('p', { className: 'empty' }, 'There is nothing at this address. ', el('a', { href: '#/' }, 'All studies')),
    );
  document.title = rest.length > 0 ? `${rest[0]} · Wellfit` : 'Wellfit';
}

addEventListener('hashchange', show);
show();
