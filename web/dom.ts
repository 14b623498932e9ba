export type Child = Node | string | number | undefined | false | readonly Child[];

type Properties<T> = { readonly [K in keyof T]?: T[K] } & {
  /** Attributes that are no properties. */
  readonly attr?: Readonly<Record<string, string>>;
};

/** An element with its properties and what is in it; texts stay texts. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  { attr = {}, ...properties }: Properties<HTMLElementTagNameMap[K]> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), properties);
  for (const [name, value] of Object.entries(attr)) element.setAttribute(name, value);
  add(element, children);
  return element;
}

function add(element: HTMLElement, children: readonly Child[]): void {
  for (const child of children) {
    if (child === undefined || child === false) continue;
    if (typeof child === 'object' && !(child instanceof Node)) add(element, child);
    else element.append(child instanceof Node ? child : String(child));
  }
}

/** What is in an element gives way to something else. */
export function fillWith(element: HTMLElement, ...children: readonly Child[]): void {
  element.replaceChildren();
  add(element, children);
}
