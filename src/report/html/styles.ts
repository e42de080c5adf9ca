/** The one style of a drill's page. Its hash stands in the page's own policy: nothing else may style it. */
import { createHash } from 'node:crypto';

/** Colours by Okabe and Ito, which nearly everybody can tell apart; lines and grounds differ in more than colour. */
const lightAndDark = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--soft:#545b64;--line:#c9ced6;--ground:#f3f5f8;--broken:#fbe6dc;
--good:#00664a;--bad:#a33b00;--warn:#6a4b00;--on:#fff;--limit:#a33b00;--a:#0072b2;--b:#c24e00;
--s0:#0072b2;--s1:#e69f00;--s2:#009e73;--s3:#cc79a7;--s4:#56b4e9;--s5:#d55e00;--s6:#f0e442;--s7:#8a8f98}
@media (prefers-color-scheme:dark){:root{--bg:#14171b;--fg:#e9ecf0;--soft:#aab2bc;--line:#464d57;--ground:#1f242b;--broken:#41261a;
--good:#4fd1a5;--bad:#ff9a62;--warn:#f2c14e;--on:#14171b;--limit:#ff9a62;--a:#6cc1f5;--b:#ff9a62}}
`;

const page = `
*{box-sizing:border-box}
html{font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif;background:var(--bg);color:var(--fg);-webkit-text-size-adjust:100%}
body{max-width:1040px;margin:0 auto;padding:1.5rem 1rem 3rem;overflow-wrap:anywhere}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .25rem}
h2{font-size:1.2rem;margin:2.25rem 0 .6rem;padding-top:.6rem;border-top:1px solid var(--line)}
h3{font-size:1rem;margin:1.5rem 0 .25rem}
p{margin:.4rem 0}
.soft,figcaption,caption{color:var(--soft)}
.verdict{font-size:1.25rem;font-weight:600;margin:.75rem 0}
.badge{display:inline-block;padding:.05rem .55rem;border-radius:.3rem;font-weight:600;color:var(--on)}
.badge.good{background:var(--good)}.badge.bad{background:var(--bad)}.badge.warn{background:var(--warn)}
.notice{border:3px solid var(--warn);border-radius:.4rem;padding:.6rem .9rem;margin:1rem 0;background:var(--ground)}
.notice strong{letter-spacing:.08em}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:.1rem 2rem;margin:.5rem 0}
dl div{display:grid;grid-template-columns:8.5rem 1fr;gap:.75rem;padding:.2rem 0;border-bottom:1px solid var(--line)}
dt{color:var(--soft)}dd{margin:0}
@media (max-width:30rem){dl div{grid-template-columns:1fr;gap:0}}
code,.digest{font:.875em/1.4 ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace}
.scroll{overflow-x:auto;margin:.4rem 0}
.scroll:focus-visible,summary:focus-visible{outline:3px solid var(--a);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:.9rem}
caption{text-align:left;font-size:.85rem;padding:.1rem 0 .3rem}
th,td{text-align:left;vertical-align:top;padding:.3rem .75rem .3rem 0;border-bottom:1px solid var(--line)}
td,th{min-width:3.5rem;overflow-wrap:break-word}
time{white-space:nowrap}
th{font-weight:600}tbody th{font-weight:400}
.figures{width:auto;font-variant-numeric:tabular-nums;overflow-wrap:normal}
.figures td,.figures thead th+th{text-align:right;padding-left:1rem}
.answer{white-space:pre-wrap}
summary{cursor:pointer;padding:.2rem 0;font-size:.9rem}
ul{padding-left:1.2rem;margin:.4rem 0}
ul.legend{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.15rem 1.25rem;font-size:.85rem}
ul.legend svg{width:26px;height:12px;vertical-align:-1px;margin-right:.35rem}
figure{margin:1rem 0 1.5rem}
.chart{display:block;width:100%;min-width:720px;height:auto}
footer{margin-top:2.5rem;padding-top:.8rem;border-top:1px solid var(--line);font-size:.9rem}
.print-only{display:none}
.defs{position:absolute;width:0;height:0}
@media (prefers-reduced-motion:reduce){*{animation:none!important;transition:none!important;scroll-behavior:auto!important}}
`;

const drawings = `
svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif;fill:var(--fg)}
svg .tick{fill:var(--soft);font-size:11px}svg .number{font-size:11px;font-weight:600}
svg .inside{font-weight:600;paint-order:stroke;stroke:var(--bg);stroke-width:3px;stroke-linejoin:round}
svg .dark{fill:#000}svg .pale{fill:#fff}
.axis,.grid,.mark,.line{fill:none;stroke:var(--soft);stroke-width:1}
.grid{stroke:var(--line)}
.broken{fill:var(--broken)}
.mark{stroke:var(--soft);stroke-dasharray:1 3}
.mark.fault,.mark.undo,.mark.abort{stroke:var(--limit);stroke-width:2;stroke-dasharray:none}
.mark.undo{stroke-dasharray:8 2}
.mark.decision{stroke:var(--a);stroke-dasharray:6 3}
.mark.note{stroke:var(--fg);stroke-dasharray:7 3 1 3}
.line{stroke:var(--a);stroke-width:1.75;stroke-linejoin:round}
.line.b{stroke:var(--b)}.line.dash{stroke-dasharray:5 3}.line.want{stroke:var(--fg);stroke-dasharray:5 3}
.line.limit{stroke:var(--limit);stroke-width:2;stroke-dasharray:10 4}
.area{stroke:var(--bg);stroke-width:.5}
.bar{fill:var(--b)}
.s0{fill:var(--s0)}.s1{fill:var(--s1)}.s2{fill:var(--s2)}.s3{fill:var(--s3)}.s4{fill:var(--s4)}.s5{fill:var(--s5)}.s6{fill:var(--s6)}.s7{fill:var(--s7)}
.hatch{stroke:#000;stroke-opacity:.35;stroke-width:1;fill:none}
.phase{stroke:var(--bg);stroke-width:1}
`;

const print = `
@media print{
@page{margin:14mm 13mm}
:root{color-scheme:light;--bg:#fff;--fg:#000;--soft:#3d434a;--line:#b5bbc4;--ground:#f3f5f8;--broken:#fbe6dc;--good:#00664a;--bad:#a33b00;--warn:#6a4b00;--on:#fff;--limit:#a33b00;--a:#0072b2;--b:#c24e00}
html{font-size:10pt}body{max-width:none;padding:0}
details{display:none}.print-only{display:block}
.chart{min-width:0}.scroll{overflow:visible}
h1,h2,h3,caption,.legend{break-after:avoid}
figure>.scroll,tr,dl div,.notice,.phases{break-inside:avoid}
thead{display:table-header-group}
.badge,svg,.notice{print-color-adjust:exact;-webkit-print-color-adjust:exact}
a[href]::after{content:" (" attr(href) ")"}
.figures{font-size:8pt}th,td{padding-top:.12rem;padding-bottom:.12rem;min-width:0}td{overflow-wrap:anywhere}
}
`;

/** Without what only its source needs. */
export const styleText = [lightAndDark, page, drawings, print].join('').replaceAll('\n', '');

/** For the page's policy. */
export const styleHash = `sha256-${createHash('sha256').update(styleText).digest('base64')}`;
