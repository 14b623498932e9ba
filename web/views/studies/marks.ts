import { stateNames } from './data.ts';

const paths: Readonly<Record<(typeof stateNames)[number], string>> = {
  running: 'M6 2.2a3.8 3.8 0 1 0 .01 0Z',
  complete: 'M6 2a4 4 0 1 0 .01 0Z',
  pruned: 'M2.5 2.5l7 7M9.5 2.5l-7 7',
  failed: 'M1.8 2.5h8.4L6 10Z',
};

/** The mark of a state, as the panels draw it. */
export function stateMark(state: number): SVGSVGElement {
  const name = stateNames[state];
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 12 12');
  svg.setAttribute('class', `mark ${name}`);
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', paths[name]);
  svg.append(path);
  return svg;
}
