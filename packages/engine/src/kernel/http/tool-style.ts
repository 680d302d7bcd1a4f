/** Style of the engine's own pages for developers; colours and measures of the product's components. */
export const toolStyle = `
:root{color-scheme:light dark;
--ink:light-dark(oklch(.21 .015 240),oklch(.96 .005 200));--ink-2:light-dark(oklch(.45 .015 240),oklch(.76 .012 220));
--ink-3:light-dark(oklch(.5 .014 240),oklch(.68 .014 220));--paper:light-dark(oklch(.975 .004 190),oklch(.165 .012 230));
--card:light-dark(#fff,oklch(.205 .013 230));--sunk:light-dark(oklch(.96 .005 200),oklch(.25 .014 230));
--line:light-dark(oklch(.905 .006 220),oklch(.31 .014 230));--field:light-dark(oklch(.62 .012 230),oklch(.55 .014 230));
--accent:light-dark(oklch(.48 .095 180),oklch(.8 .11 178));--soft:light-dark(oklch(.95 .03 180),oklch(.29 .045 185));
--warn:light-dark(oklch(.5 .11 70),oklch(.83 .12 80));--warn-soft:light-dark(oklch(.965 .03 85),oklch(.3 .045 75));
--bad:light-dark(oklch(.51 .19 27),oklch(.77 .13 25));--bad-soft:light-dark(oklch(.96 .02 25),oklch(.29 .06 25));
--mono:ui-monospace,"JetBrains Mono","DejaVu Sans Mono",Menlo,monospace}
*{box-sizing:border-box;margin:0}
body{font:400 15px/1.5 Inter,ui-sans-serif,system-ui,sans-serif;background:var(--paper);color:var(--ink)}
h1,h2,h3{letter-spacing:-.018em;line-height:1.2;font-weight:620;text-wrap:balance}h1{font-size:34px}h2{font-size:23px}h3{font-size:15px}
a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline;text-underline-offset:3px}
:focus-visible{outline:2px solid var(--accent);outline-offset:1px;border-radius:7px}
code,.mono{font-family:var(--mono);font-size:.92em;overflow-wrap:anywhere}
.top{display:flex;align-items:center;gap:20px;max-width:1144px;margin:0 auto;padding:20px 32px}.top .mark{display:flex;gap:10px;align-items:center;font-weight:620;color:var(--ink)}
.top svg{width:26px;height:26px}.top nav{display:flex;gap:4px;margin-left:auto;font-size:13.5px}
.top nav a{padding:6px 12px;border-radius:99px;color:var(--ink-2)}.top nav a[aria-current]{background:var(--sunk);color:var(--ink);font-weight:560}
main{max-width:1144px;margin:0 auto;padding:20px 32px 64px}.lead{color:var(--ink-2);margin-top:8px;max-width:62ch}.lead a{text-decoration:underline;text-underline-offset:3px}
.card{background:var(--card);border:1px solid var(--line);border-radius:16px;box-shadow:0 1px 2px rgb(16 24 32/.05),0 12px 32px -12px rgb(16 24 32/.14)}
.chip{display:inline-flex;gap:6px;align-items:center;font-size:12px;font-weight:540;padding:3px 9px;border-radius:99px;background:var(--sunk);color:var(--ink-2);white-space:nowrap}
.chip.get{background:var(--soft);color:var(--accent)}.chip.delete{background:var(--bad-soft);color:var(--bad)}.chip.patch,.chip.put{background:var(--warn-soft);color:var(--warn)}
.chip.verb{font-family:var(--mono);min-width:66px;justify-content:center}
.in{width:100%;height:44px;padding:0 13px;font:inherit;color:inherit;background:var(--card);border:1px solid var(--field);border-radius:10px}
.btn{height:44px;padding:0 16px;border-radius:10px;border:1px solid var(--line);background:var(--card);color:var(--ink);font:inherit;font-weight:560;cursor:pointer}
.notes,.empty{color:var(--ink-2);font-size:13.5px}.empty{padding:48px 32px;text-align:center}.empty h2{color:var(--ink);margin-bottom:8px}
table{width:100%;border-collapse:collapse;font-size:13.5px}th{text-align:left;font-weight:500;color:var(--ink-3);font-size:12px;padding:6px 12px 6px 0}
td{padding:7px 12px 7px 0;border-top:1px solid var(--line);vertical-align:top}
details{border-top:1px solid var(--line)}summary{display:flex;gap:12px;align-items:center;padding:12px 20px;cursor:pointer;list-style:none}
summary::-webkit-details-marker{display:none}summary:hover{background:var(--sunk)}summary .end{margin-left:auto;color:var(--ink-2);font-size:13.5px;text-align:right}
@media (max-width:640px){.top{padding:16px;flex-wrap:wrap}main{padding:12px 0 48px}main h1,main .lead,main form,main>h2,section>h2,main>.notes{margin-left:16px;margin-right:16px}
.card{border-left:0;border-right:0;border-radius:0}summary{flex-wrap:wrap;padding:12px 16px}summary .end{margin-left:0;width:100%;text-align:left}h1{font-size:27px}}
@media (prefers-reduced-motion:no-preference){summary{transition:background .12s}}
`
