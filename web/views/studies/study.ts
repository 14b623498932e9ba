import { grouped } from '../../../src/base/text.ts';
import { decode, encode } from '../../../src/runs/codec.ts';
import type { StudyWire } from '../../../src/server/index.ts';
import { get } from '../../api.ts';
import { el, fillWith } from '../../dom.ts';
import { asksForLog } from '../../draw/axis.ts';
import type { Plot } from '../../draw/plot.ts';
import { css, onThemeChange, readTheme } from '../../draw/theme.ts';
import { Board } from './board.ts';
import { contourPlot } from './contour.ts';
import { curvePlot } from './curves.ts';
import { merged, none, type StudyData, stateNames } from './data.ts';
import { detailCard, tooltip } from './detail.ts';
import { studyHeader } from './header.ts';
import { historyPlot } from './history.ts';
import { importanceBars } from './importances.ts';
import { stateMark } from './marks.ts';
import { parallelPlot } from './parallel.ts';
import { paretoPlot } from './pareto.ts';
import { slicePlots } from './slices.ts';
import { trialTable } from './table.ts';
import { timelinePlot } from './timeline.ts';

/** Milliseconds of drawing at a time, so that the page answers in between. */
const slice = 30;

/** One study: everything that is known of its trials, as they come in. */
export function showStudy(place: HTMLElement, where: HTMLElement, name: string): () => void {
  const live = el('span', { id: 'live', className: 'waiting', attr: { role: 'status' } }, 'connecting');
  where.append(el('a', { href: '#/' }, 'Studies'), el('span', { className: 'crumb' }, name), live);
  fillWith(place, el('p', { className: 'empty' }, 'Reading the study …'));
  const path = `/api/studies/${encodeURIComponent(name)}`;
  let leave = () => {};
  let left = false;
  get<StudyWire>(path).then(
    (wire) => {
      if (!left) leave = build(place, live, path, wire);
    },
    (error: Error) =>
      fillWith(place, el('p', { className: 'empty' }, error.message, '. ', el('a', { href: '#/' }, 'All studies'))),
  );
  return () => {
    left = true;
    leave();
  };
}

function build(place: HTMLElement, live: HTMLElement, path: string, wire: StudyWire): () => void {
  performance.mark('study read');
  const board = new Board({ head: wire.head, trials: merged(none, wire.trials) });
  board.log = asksForLog(board.values);
  const hover = (trial: number, event?: MouseEvent) => {
    tip.show(trial, event);
    if (trial === board.hover) return;
    board.hover = trial;
    requestMarks();
  };
  const select = (trial: number) => {
    board.selected = trial;
    void detail.show(trial);
    requestMarks();
  };
  const tip = tooltip(board);
  const detail = detailCard(board, () => select(-1));
  const header = studyHeader(board, () => select(board.best));
  const parallel = parallelPlot(board, () => filtered());
  const history = historyPlot(board);
  const slices = slicePlots(board);
  const contour = contourPlot(board, () => redraw([contour.plot]));
  const curves = curvePlot(board);
  const timeline = timelinePlot(board);
  const pareto = wire.head.objectives.length > 1 ? paretoPlot(board, () => redraw([pareto!.plot])) : undefined;
  const bars = importanceBars(board, (parameter) => {
    const index = board.data.head.space.findIndex((one) => one.name === parameter);
    contour.choose(index, second === index ? first : second);
    redraw([contour.plot]);
  });
  let [first, second] = [0, 0];
  let [asked, chosen] = [false, false];
  const table = trialTable(board, hover, select);
  const plots: readonly Plot[] = [
    history,
    parallel,
    ...(pareto ? [pareto.plot] : []),
    curves,
    contour.plot,
    timeline,
    ...slices.plots,
  ];

  const log = el('input', { type: 'checkbox', checked: board.log });
  log.addEventListener('change', () => {
    board.log = log.checked;
    redraw(plots);
  });
  const count = el('span', { className: 'soft', attr: { role: 'status' } });
  const clear = el('button', { type: 'button', hidden: true }, 'Show all');
  clear.addEventListener('click', () => {
    board.brushes.clear();
    filtered();
  });
  const ramp = el('span', { className: 'ramp' });
  const legend = el(
    'div',
    { className: 'legend' },
    stateNames.map((state, i) => el('span', {}, stateMark(i), state)),
    el('span', {}, 'best', ramp, 'worst'),
    el('span', {}, el('i', { className: 'stroke' }), 'best so far, and what you point at'),
    el('label', {}, log, 'logarithmic values'),
    el('span', { className: 'filter' }, count, clear),
  );
  fillWith(
    place,
    header.element,
    legend,
    el(
      'div',
      { className: 'grid' },
      panel('wide', 'History', `${wire.head.objectives[0].name} of each trial`, history.element),
      panel('narrow', 'Importance', 'what the best tenth depends on', bars.element),
      panel('full', 'Settings', 'drag along an axis to filter everything; click it to end that', parallel.element),
      pareto &&
        panel(
          'half',
          'Trade-off',
          'trials that no other one beats in everything are circled',
          pareto.controls,
          pareto.plot.element,
        ),
      panel('half', 'Learning', 'what trials reported, step by step; a cross: pruned', curves.element),
      panel(
        'half',
        'Map',
        `${wire.head.objectives[0].name} between two settings`,
        contour.controls,
        contour.plot.element,
      ),
      panel(pareto ? 'half' : 'full', 'Workers', 'who tried what, when', timeline.element),
      panel('full', 'Slices', `${wire.head.objectives[0].name} against each setting`, slices.element),
      panel('full', 'Trials', 'click a heading to sort, a row to select', table.element),
    ),
    tip.element,
    detail.element,
  );

  const jobs = new Map<Plot, Generator<void>>();
  let [timer, began, ended] = [0, 0, 0];
  const work = () => {
    timer = 0;
    const until = performance.now() + slice;
    while (jobs.size > 0 && performance.now() < until) {
      const [plot, pieces] = jobs.entries().next().value!;
      if (!pieces.next().done) continue;
      jobs.delete(plot);
      plot.mark(marked());
    }
    if (jobs.size > 0) {
      timer = window.setTimeout(work);
      return;
    }
    ended = performance.now();
    performance.measure('studies: drawn', { start: began, end: ended });
    place.dataset.drawn = String(board.data.trials.count);
    setTimeout(afterwards);
    takeSoon();
  };
  /** What came in is shown when everything is drawn, and not so often that nothing else is done than drawing. */
  let pending: StudyData | undefined;
  let taking = 0;
  function takeSoon(): void {
    if (!pending || taking || jobs.size > 0) return;
    taking = window.setTimeout(
      () => {
        taking = 0;
        if (!pending || jobs.size > 0) return;
        board.take(pending);
        pending = undefined;
        update();
      },
      Math.max(0, ended + 3 * (ended - began) - performance.now()),
    );
  }
  const redraw = (some: readonly Plot[]) => {
    if (jobs.size === 0) began = performance.now();
    for (const plot of some) {
      jobs.delete(plot);
      jobs.set(plot, plot.draw());
    }
    timer ||= window.setTimeout(work);
  };
  const marked = () => [board.selected, board.hover].filter((trial) => trial >= 0 && trial < board.data.trials.count);
  let marking = false;
  function requestMarks(): void {
    if (marking) return;
    marking = true;
    requestAnimationFrame(() => {
      marking = false;
      for (const plot of plots) if (!jobs.has(plot)) plot.mark(marked());
      table.mark();
    });
  }

  function filtered(): void {
    board.filter();
    tell();
    asked = true;
    redraw([parallel, ...plots]);
  }
  function tell(): void {
    const { count: all } = board.data.trials;
    count.textContent =
      board.brushes.size > 0 ? `${grouped(board.count)} of ${grouped(all)} trials` : `${grouped(all)} trials`;
    clear.hidden = board.brushes.size === 0;
  }
  function update(): void {
    header.update();
    slices.update();
    tell();
    redraw(plots);
    if (board.selected >= 0) void detail.show(board.selected);
    asked = true;
  }
  /** What takes a moment waits until everything is drawn. */
  function afterwards(): void {
    if (!asked) return;
    asked = false;
    table.update();
    const { head, trials } = board.data;
    // A map of settings that few trials have shows little.
    const common = bars.update().flatMap((parameter) => {
      const index = head.space.findIndex(({ name }) => name === parameter);
      return trials.values[index].filter((value) => Number.isNaN(value)).length < trials.count / 2 ? [index] : [];
    });
    if (chosen || common.length === 0) return;
    chosen = true;
    [first, second = first] = common;
    contour.choose(first, second);
    redraw([contour.plot]);
  }
  const theme = () => {
    board.theme = readTheme();
    ramp.style.background = rampOf(board);
    redraw(plots);
  };

  for (const plot of plots) {
    const { element } = plot;
    element.addEventListener('pointermove', (event) => hover(event.buttons === 0 ? plot.pick(event) : -1, event));
    element.addEventListener('pointerleave', () => hover(-1));
    element.addEventListener('click', (event) => {
      if (!(event.target as HTMLElement).closest('.brush')) select(plot.pick(event));
    });
  }
  const keys = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLSelectElement || event.target instanceof HTMLInputElement) return;
    if (event.key === 'Escape') return select(-1);
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const { count } = board.data.trials;
    let next = board.selected < 0 ? (by > 0 ? 0 : count - 1) : board.selected + by;
    while (next >= 0 && next < count && !board.shown[next]) next += by;
    if (next >= 0 && next < count) select(next);
  };
  addEventListener('keydown', keys);
  let width = place.clientWidth;
  const sizes = new ResizeObserver(() => {
    if (place.clientWidth === width) return;
    width = place.clientWidth;
    redraw(plots);
  });
  sizes.observe(place);
  const forget = onThemeChange(theme);

  const events = new EventSource(`${path}/events?since=${wire.head.clock}`);
  const say = (state: string, words: string) => {
    live.className = state;
    live.textContent = words;
  };
  events.onopen = () => say('live', 'live');
  events.onerror = () => say('lost', 'disconnected');
  events.addEventListener('news', ({ data }) => {
    const news = decode(data) as StudyWire;
    const known = pending ?? board.data;
    if (news.trials.count === 0 && encode(news.head) === encode(known.head)) return;
    pending = { head: news.head, trials: merged(known.trials, news.trials) };
    takeSoon();
  });

  ramp.style.background = rampOf(board);
  update();
  return () => {
    events.close();
    clearTimeout(taking);
    sizes.disconnect();
    forget();
    clearTimeout(timer);
    removeEventListener('keydown', keys);
  };
}

const rampOf = ({ theme }: Board): string =>
  `linear-gradient(90deg, ${theme.ramp
    .filter((_, i) => i % 9 === 0)
    .map((color) => css(color))
    .join(', ')})`;

function panel(
  size: string,
  title: string,
  says: string,
  ...content: readonly (HTMLElement | readonly HTMLElement[])[]
): HTMLElement {
  const controls = content.length > 1 ? content[0] : [];
  return el(
    'section',
    { className: `panel ${size}` },
    el(
      'header',
      {},
      el('h2', {}, title),
      el('span', { className: 'soft' }, says),
      el('span', { className: 'controls' }, controls),
    ),
    content[content.length - 1],
  );
}
