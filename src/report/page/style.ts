/** Blue and orange of like lightness are told apart by everybody; grey is for what is only compared. */
const colours = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1a1e23;--soft:#5d6670;--line:#dfe3e8;--wash:#f5f7f9;--blue:#0b66a5;--orange:#b44c06;--grey:#8a939d;--note:#fdf6e9;--note-line:#dc9f2e}
@media screen and (prefers-color-scheme:dark){:root{--paper:#13161b;--ink:#e4e7eb;--soft:#9aa4af;--line:#2b323a;--wash:#1a1f25;--blue:#62b2ee;--orange:#f29a55;--grey:#7d8791;--note:#241f15;--note-line:#a9792a}}`;

const text = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Liberation Sans",Arial,sans-serif}
main{max-width:980px;margin:0 auto;padding:56px 24px 72px}
h1,h2,.big{font-family:Charter,"Bitstream Charter","Iowan Old Style","Sitka Text",Cambria,"Liberation Serif",Georgia,serif;font-weight:500;letter-spacing:-.012em}
h1{font-size:clamp(27px,4.4vw,38px);line-height:1.18;margin:0 0 40px;overflow-wrap:anywhere;text-wrap:balance}
h2{font-size:27px;line-height:1.25;margin:0 0 12px}
h3{font-size:16px;line-height:1.4;margin:36px 0 8px}
p{max-width:68ch;margin:0 0 14px;text-wrap:pretty}
b{font-weight:600}
small{font-size:.82em}
a{color:var(--blue)}
code,pre{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace;font-size:13.5px;overflow-wrap:anywhere}
pre{background:var(--wash);border-radius:8px;padding:14px 16px;overflow-x:auto;line-height:1.5;max-height:560px}
pre code{overflow-wrap:normal;white-space:pre}
section{margin-top:76px}
.soft,footer,figcaption,.kicker,.legend{color:var(--soft)}
.soft{font-size:14px}
footer{margin-top:84px;padding-top:18px;border-top:1px solid var(--line);font-size:14px}
summary{cursor:pointer;color:var(--blue);padding:6px 0}
.tag{font-size:12px;font-weight:600;color:var(--orange)}
.out{color:var(--soft);text-decoration:line-through;text-decoration-thickness:1px}
.bad{color:var(--orange)}
nav{display:none}
nav ol{list-style:none;margin:0;padding:0}
nav a{display:block;padding:4px 0;color:var(--soft);text-decoration:none;font-size:14px;line-height:1.4}
nav a:hover{color:var(--ink)}
@media (min-width:1320px){nav{display:block;position:fixed;top:56px;left:calc(50vw - 660px);width:150px}}`;

const header = `
.kicker{font-size:14px;margin-bottom:12px}
.kicker span::before{content:"·";margin:0 .55em}
.hero{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:28px 64px;align-items:start}
.hero figure{margin:8px 0 0}
.big{font-size:clamp(72px,11vw,112px);line-height:.95;margin:0 0 8px;letter-spacing:-.035em;white-space:nowrap}
.big small{font-size:.48em;letter-spacing:0}
.unit{font-weight:600;margin-bottom:22px}
.unit span{font-weight:400;color:var(--soft);margin-left:.7em;white-space:nowrap}
.lead{font-size:19px;line-height:1.5}
.versus{color:var(--soft)}
.facts{display:grid;grid-template-columns:repeat(6,auto);gap:14px 24px;justify-content:space-between;margin:48px 0 18px;padding:18px 0;border:solid var(--line);border-width:1px 0}
.facts div{display:flex;flex-direction:column-reverse;justify-content:flex-end}
.facts dt{font-size:13px;line-height:1.35;color:var(--soft);max-width:18ch}
.facts dd{margin:0;font-size:21px;line-height:1.3;font-variant-numeric:tabular-nums}
.notes{background:var(--note);border-left:3px solid var(--note-line);border-radius:0 8px 8px 0;padding:18px 22px;margin-top:28px}
.notes h2{font-family:inherit;font-size:16px;font-weight:600;letter-spacing:0;margin:0 0 6px}
.notes ul{margin:0;padding-left:1.15em}
.notes li{margin:4px 0;max-width:80ch;overflow-wrap:anywhere}
.layers{display:flex;flex-wrap:wrap;gap:6px 32px;max-width:none;font:14px/1.5 ui-monospace,Menlo,Consolas,"Liberation Mono",monospace}
.layers span{position:relative}
.layers span:not(:last-child)::after{content:"→";position:absolute;right:-22px;color:var(--grey)}
.split{display:flex;gap:2px;height:14px;margin:18px 0 10px;max-width:680px}
.split i{border-radius:2px;min-width:3px}
i.train{background:var(--grey)}i.validation{background:var(--blue)}i.test{background:var(--orange)}`;

const tables = `
.scroll{overflow-x:auto;margin:10px 0 18px}
table{border-collapse:collapse;font-size:14.5px;line-height:1.4;font-variant-numeric:tabular-nums;min-width:50%}
th{text-align:left;font-weight:600;font-size:13px;color:var(--soft);vertical-align:bottom;white-space:nowrap}
th,td{padding:7px 22px 7px 0;border-bottom:1px solid var(--line)}
td{vertical-align:top}
td:last-child,th:last-child{padding-right:0}
.n{text-align:right;white-space:nowrap}
.sortable th[tabindex]{cursor:pointer}
th[aria-sort]::after{content:" ↓"}th[aria-sort=ascending]::after{content:" ↑"}
th:focus-visible{outline:2px solid var(--blue);outline-offset:2px}
td code{font-size:13px}
.bars td:has(.share){min-width:110px;padding-left:0}
.share{display:block;width:calc(var(--s)*100%);min-width:1px;height:9px;margin-top:6px;border-radius:1.5px;background:var(--blue);opacity:.75}
.narrow{min-width:min(100%,460px)}
.worst td{white-space:nowrap}
.confusion{min-width:0;border-collapse:separate;border-spacing:2px;margin:0}
.confusion th,.confusion td{border:0;padding:6px 10px;text-align:center;white-space:nowrap}
.confusion th{font-weight:500}
.confusion .over{color:var(--soft);font-weight:400}
.confusion .corner,.confusion tbody th{text-align:right;padding-left:0}
.confusion tbody th{color:var(--ink);vertical-align:middle}
.confusion tbody td{border-radius:3px;min-width:52px;vertical-align:middle;background:color-mix(in srgb,var(--c) calc(var(--d)*92%),var(--wash))}
.confusion td small{display:block;opacity:.8;line-height:1.25}
.few td{min-width:96px!important;padding:12px 18px!important;font-size:19px}.few td small{font-size:13.5px}
.confusion .right{--c:var(--blue)}.confusion .wrong{--c:var(--orange)}
.confusion .deep{color:var(--paper)}
.confusion tbody .zero{background:var(--wash);color:var(--grey)}`;

const figures = `
figure{margin:18px 0}
figcaption{font-size:14px;line-height:1.5;margin-top:8px;max-width:72ch;text-wrap:pretty}
figcaption b{color:var(--ink)}
.pair{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:8px 52px;align-items:start}
.pair h3{margin-top:18px}
svg{display:block;width:100%;height:auto;overflow:visible;font-family:inherit}
svg text{font-size:12.5px;fill:var(--soft);font-variant-numeric:tabular-nums}
svg .name,svg .value{fill:var(--ink);font-size:13.5px}
.axis-name,svg .name,.mark{paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}
svg .other text{fill:var(--soft)}
svg .mine text{font-weight:600}
path,circle{fill:none}
.grid path{stroke:var(--line)}
.axis{stroke:var(--grey)}
.rail{stroke:var(--line);stroke-dasharray:1 4;stroke-linecap:round;stroke-width:1.5}
.mine circle{fill:var(--blue)}.mine .whisker{stroke:var(--blue);stroke-width:12;stroke-linecap:round;opacity:.28}
.other circle{fill:var(--paper);stroke:var(--grey);stroke-width:2}
.curve{stroke-width:2;stroke-linejoin:round}
.curve.train{stroke:var(--grey)}.curve.validation{stroke:var(--blue)}
.curve.thin{stroke-width:1.25;opacity:.7}
.kept{fill:var(--blue);stroke:var(--paper);stroke-width:1.5}
.best,.ideal{stroke:var(--grey);stroke-dasharray:4 4}
.places rect{fill:transparent}
.places rect:hover{fill:var(--ink);fill-opacity:.07}
.dot{fill:var(--blue)}
.error{stroke:var(--ink);stroke-width:1.25;opacity:.75}
.dot,.bar{fill-opacity:.85}
.bar{fill:var(--blue)}
.cloud{stroke:var(--blue);stroke-width:4.2;stroke-linecap:round;stroke-opacity:.3}
.heat-map .frame{fill:var(--wash)}.heat-map .right{fill:var(--blue)}.heat-map .wrong{fill:var(--orange)}
.wide{max-width:540px}
.legend{display:flex;flex-wrap:wrap;gap:2px 26px;max-width:none;font-size:14px;margin:6px 0}
.legend i{display:inline-block;vertical-align:middle;width:12px;height:12px;border-radius:2px;margin:-2px 8px 0 0}
.legend .line{width:22px;height:3px}
.legend .dot{border-radius:50%;width:10px;height:10px;background:var(--blue)}
.legend b{color:var(--ink)}
.sheet{display:grid;grid-template-columns:repeat(auto-fill,minmax(132px,1fr));gap:24px 20px;margin-top:20px}
.sheet figure{margin:0}
.sheet img{width:100%;aspect-ratio:1;object-fit:contain;image-rendering:pixelated;background:var(--wash);border-radius:4px;display:block}
.sheet figcaption{overflow-wrap:anywhere}
.sheet .soft{display:block;font-size:12.5px}
#tip{position:fixed;z-index:9;pointer-events:none;max-width:min(380px,92vw);padding:5px 10px;border-radius:6px;background:var(--ink);color:var(--paper);font-size:13.5px;line-height:1.4}
#tip[hidden]{display:none}`;

const places = `
@media screen and (max-width:760px){
main{padding:32px 20px 56px}
.hero,.pair{grid-template-columns:minmax(0,1fr)}
figure svg{max-width:480px}
.facts{grid-template-columns:repeat(3,auto);justify-content:stretch}
section{margin-top:60px}
h1{margin-bottom:28px}
.lead{font-size:18px}
th,td{padding-right:16px}
.scroll table{width:max-content;min-width:0}
.scroll td{max-width:62vw}
}
@media print{
@page{margin:16mm}
body{font-size:10.5pt}
main{max-width:none;padding:0}
nav,#tip{display:none!important}
section{margin-top:34px}
h2,h3{break-after:avoid}
figure,tr,.notes,.facts,.hero{break-inside:avoid}
.scroll{overflow:visible}
.hero,.pair{column-gap:32px}
.big{font-size:64pt}
td,th{padding-right:12px}
pre{max-height:none;white-space:pre-wrap}pre code{white-space:pre-wrap}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}`;

/** The look of the page, in light and dark. Sizes are in pixels where letters in figures must match the text beside them. */
export const style = colours + text + header + tables + figures + places;
