/** Comfort only, nothing of the content needs it: a pointer's tooltips at once, tables that sort, and details that print. */
export const script = `(() => {
const tip = document.body.appendChild(Object.assign(document.createElement('div'), { id: 'tip', hidden: true }));
for (const title of document.querySelectorAll('svg title')) {
  const part = title.parentNode;
  part.dataset.tip = title.textContent;
  part.setAttribute('aria-label', title.textContent);
  title.remove();
}
addEventListener('pointermove', (event) => {
  const part = event.target.closest && event.target.closest('[data-tip]');
  tip.hidden = !part;
  if (!part) return;
  tip.textContent = part.dataset.tip;
  const { width } = tip.getBoundingClientRect();
  tip.style.left = Math.max(8, Math.min(innerWidth - width - 8, event.clientX - width / 2)) + 'px';
  tip.style.top = (event.clientY < 70 ? event.clientY + 22 : event.clientY - 44) + 'px';
});
for (const table of document.querySelectorAll('table.sortable')) {
  [...table.tHead.rows[0].cells].forEach((head, i) => {
    if (!head.textContent) return;
    const key = (row) => {
      const { dataset, textContent } = row.cells[i];
      return dataset.v === undefined ? textContent : Number(dataset.v);
    };
    const sort = () => {
      const up = head.getAttribute('aria-sort') === 'descending';
      for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      const rows = [...table.tBodies[0].rows].sort((a, b) => {
        const [x, y] = [key(a), key(b)];
        const order = typeof x === 'number' ? x - y : x.localeCompare(y, undefined, { numeric: true });
        return up ? order : -order;
      });
      table.tBodies[0].append(...rows);
    };
    head.tabIndex = 0;
    head.addEventListener('click', sort);
    head.addEventListener('keydown', (event) => event.key === 'Enter' && sort());
  });
}
addEventListener('beforeprint', () => { for (const part of document.querySelectorAll('details')) part.open = true; });
})();`;
