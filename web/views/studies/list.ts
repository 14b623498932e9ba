import { grouped, short } from '../../../src/base/text.ts';
import { get } from '../../api.ts';
import { el, fillWith } from '../../dom.ts';
import { stateNames, stateWord } from './data.ts';
import { stateMark } from './marks.ts';

interface Listed {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly state: string;
  readonly objectives: readonly { readonly name: string; readonly better: string }[];
  readonly counts: Readonly<Record<string, number>>;
  readonly best?: number;
}

/** Milliseconds after which the list is read again. */
const pause = 2000;

/** All studies of the store, newest first. */
export function showStudies(place: HTMLElement, where: HTMLElement): () => void {
  const live = el('span', { id: 'live', className: 'waiting', attr: { role: 'status' } }, 'connecting');
  where.append(el('span', { className: 'crumb' }, 'Studies'), live);
  const list = el('div', { className: 'studies' });
  place.append(list);
  let [timer, before]: [number, string] = [0, ''];
  const look = async () => {
    try {
      const { studies } = await get<{ studies: readonly Listed[] }>('/api/studies');
      [live.className, live.textContent] = ['live', 'live'];
      // What did not change stays, with its focus.
      if (JSON.stringify(studies) !== before) fillWith(list, studies.length > 0 ? studies.map(card) : emptyList());
      before = JSON.stringify(studies);
    } catch (error) {
      [live.className, live.textContent] = ['lost', 'disconnected'];
      if (before === '') fillWith(list, el('p', { className: 'empty' }, (error as Error).message));
    }
    timer = window.setTimeout(look, pause);
  };
  void look();
  return () => clearTimeout(timer);
}

function card({ name, created, state, objectives, counts, best }: Listed): HTMLElement {
  const total = Object.values(counts).reduce((sum, n) => sum + n, 0);
  const bar = el('span', { className: 'share', attr: { 'aria-hidden': 'true' } });
  for (const one of ['complete', 'pruned', 'failed', 'running']) {
    const part = el('i', { className: one });
    part.style.flexGrow = String(counts[one] ?? 0);
    bar.append(part);
  }
  return el(
    'a',
    { className: 'study', href: `#/studies/${encodeURIComponent(name)}` },
    el('span', { className: 'name' }, name, el('span', { className: `chip ${state}` }, state)),
    el(
      'span',
      { className: 'value' },
      el('b', { className: 'best-value' }, best === undefined ? '–' : short(best)),
      el('small', {}, objectives.map((one) => one.name).join(', ')),
    ),
    bar,
    el(
      'span',
      { className: 'counts' },
      stateNames.flatMap((one, i) =>
        counts[one] ? [el('span', {}, stateMark(i), `${grouped(counts[one])} ${stateWord(one, state)}`)] : [],
      ),
      total === 0 && 'no trial yet',
    ),
    el(
      'time',
      { dateTime: new Date(created).toISOString() },
      new Date(created).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' }),
    ),
  );
}

const emptyList = () =>
  el(
    'p',
    { className: 'empty' },
    'No search is recorded here yet. Start one, and it appears: ',
    el('code', {}, 'wellfit search --dataset digits'),
  );
