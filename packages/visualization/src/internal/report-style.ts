import { darkPictureRules } from './dark.js';
import { theme } from './theme.js';

/** The style sheet of a report. */
export const reportStyle: string = `:root{color-scheme:light dark;--page:#f5f7f9;--card:${theme.paper};--ink:${theme.ink};--muted:${theme.muted};--line:${theme.grid};--accent:${theme.blue}}
@media (prefers-color-scheme:dark){
:root{--page:#0c0f13;--card:#14181e;--ink:#e8ecf1;--muted:#9ba6b3;--line:#2a313a;--accent:#5b97f5}
${darkPictureRules('.picture svg')}
}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;padding:40px 24px 64px;max-width:960px;background:var(--page);color:var(--ink);font:15px/1.55 Inter,system-ui,-apple-system,"Segoe UI",sans-serif}
h1{margin:0;font-size:28px;line-height:1.2;font-weight:600;letter-spacing:-.015em;text-wrap:balance}
h2{margin:0 0 16px;font-size:18px;line-height:1.3;font-weight:600;letter-spacing:-.01em}
p{margin:0 0 16px;max-width:68ch}
a{color:var(--accent)}
.subtitle{margin:8px 0 0;color:var(--muted)}
nav{display:flex;flex-wrap:wrap;gap:4px 18px;margin-top:24px;font-size:14px}
nav a{text-decoration:none}
nav a:hover{text-decoration:underline}
section{margin-top:28px;padding:24px;background:var(--card);border:1px solid var(--line);border-radius:12px}
section>:last-child{margin-bottom:0}
figure{margin:0 0 24px}
figcaption{margin-top:8px;color:var(--muted);font-size:13px}
.picture,.scroll{overflow-x:auto}
.picture svg{display:block;height:auto;max-width:100%}
pre{margin:0;font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
table{border-collapse:collapse;font-size:14px}
th,td{padding:7px 24px 7px 0;text-align:left;border-bottom:1px solid var(--line);white-space:nowrap}
th{color:var(--muted);font-weight:400}
.number{text-align:right;font-variant-numeric:tabular-nums}
dl{margin:0 0 24px}
dt{color:var(--muted)}
dd{margin:0;overflow-wrap:anywhere}
.highlights{display:flex;flex-wrap:wrap;gap:16px 44px;margin:28px 0 0}
.highlights dt{font-size:13px}
.highlights dd{font-size:28px;line-height:1.25;font-weight:600;letter-spacing:-.02em}
.facts div{display:grid;grid-template-columns:minmax(120px,220px) 1fr;gap:16px;padding:6px 0;border-bottom:1px solid var(--line);font-size:14px}
.facts div:last-child{border-bottom:0}
footer{margin-top:28px;color:var(--muted);font-size:13px}
@media (max-width:640px){
body{padding:24px 12px 40px}
h1{font-size:23px}
section{padding:16px;border-radius:10px}
.picture svg{min-width:min(100%,520px);max-width:max(100%,520px)}
.facts div{grid-template-columns:1fr;gap:0}
.highlights{gap:14px 28px}
.highlights dd{font-size:23px}
}
@media print{
body{padding:0;background:none}
section{border:0;padding:0}
figure,tr{break-inside:avoid}
}`;
