/** Colours of page and pictures, by day and by night. */
const palette = `
:root { color-scheme: light dark; --ink: #17242b; --soft: #55666f; --paper: #fbfcfc; --rule: #d9e1e4; --card: #fff;
  --served: #4d97a8; --held: #e0a32e; --failed: #cf3d3d; --median: #4d97a8; --p99: #7a5bb5; --longest: #17242b; --good: #1d7a4b; --lane: #dfe9ec; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eef1; --soft: #9db0b9; --paper: #0f1a20; --rule: #2a3b44; --card: #14222a;
  --served: #3f8496; --held: #c98d1b; --failed: #ee6a6a; --median: #63b5c7; --p99: #b59be6; --longest: #e6eef1; --good: #5fc592; --lane: #233640; } }
`;

const picture = `
svg rect { shape-rendering: crispEdges; } svg .served { fill: var(--served); } svg .held { fill: var(--held); } svg .failed { fill: var(--failed); }
svg .grid { stroke: var(--rule); } svg .stair { fill: none; stroke-width: 1.5; }
svg .median { stroke: var(--median); } svg .p99 { stroke: var(--p99); } svg .longest { stroke: var(--longest); }
svg text { fill: var(--soft); font: 12px system-ui, sans-serif; } svg .end { text-anchor: end; } svg .middle { text-anchor: middle; }
svg line.fault { stroke: var(--failed); } svg line.mended { stroke: var(--good); stroke-dasharray: 4 3; }
svg text.fault { fill: var(--failed); } svg text.mended { fill: var(--good); }
svg .lane { fill: var(--lane); } svg .lane-name { fill: var(--ink); }
`;

const page = `
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { margin: 0 0 .25rem; font-size: 1.9rem; line-height: 1.2; }
h2 { margin: 3rem 0 .75rem; font-size: 1.3rem; }
p.lead { margin: 0 0 1.5rem; color: var(--soft); }
dl.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: 0 0 1.5rem; }
dl.figures div { padding: .75rem 1rem; border: 1px solid var(--rule); border-radius: .5rem; background: var(--card); }
dl.figures dt { color: var(--soft); font-size: .85rem; }
dl.figures dd { margin: 0; font-size: 1.5rem; font-variant-numeric: tabular-nums; }
.bad { color: var(--failed); font-weight: 600; }
.good { color: var(--good); }
.scroll { overflow-x: auto; margin: 0 0 1rem; }
table { width: 100%; border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { padding: .4rem .6rem; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top; }
th { color: var(--soft); font-weight: 600; }
td.number, th.number { text-align: right; white-space: nowrap; }
tr.group th { padding-top: 1.25rem; color: var(--ink); }
details { margin: 0 0 .5rem; border: 1px solid var(--rule); border-radius: .5rem; background: var(--card); }
summary { padding: .6rem 1rem; cursor: pointer; }
details > div { padding: 0 1rem 1rem; }
ul.misses { margin: 0 0 .5rem; padding-left: 1.2rem; color: var(--failed); }
pre { overflow-x: auto; padding: .75rem 1rem; border: 1px solid var(--rule); border-radius: .5rem; background: var(--card); }
p.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; color: var(--soft); font-size: .9rem; }
p.legend i { display: inline-block; width: .8rem; height: .8rem; margin-right: .4rem; border-radius: 2px; vertical-align: -1px; }
svg { display: block; width: 100%; height: auto; }
`;

/** The report's own style: it is one file, and asks nobody for anything. */
export const style = `${palette}${page}${picture}`;

/** The style of a picture that stands alone, on whatever page shows it. */
export const pictureStyle = `${palette}svg { background: var(--paper); }${picture}`;
