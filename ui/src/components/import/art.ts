import { svg } from 'lit';
import { html } from 'lit';

/** Pictures that fly from a cloud to a house, in line style. */
const lines = svg`
  <g fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">
    <path d="M34 62a16 16 0 0 1-2-32 22 22 0 0 1 42-6 17 17 0 0 1 12 33" opacity=".55"/>
    <g transform="rotate(-9 62 66)"><rect x="46" y="52" width="34" height="27" rx="4" fill="var(--surface-0)"/><circle cx="56" cy="61" r="3"/><path d="m49 75 9-8 6 5 6-6 8 8"/></g>
    <g transform="rotate(8 98 88)"><rect x="81" y="75" width="34" height="27" rx="4" fill="var(--surface-0)"/><circle cx="91" cy="84" r="3"/><path d="m84 98 9-8 6 5 6-6 8 8"/></g>
    <path d="M104 52c14 2 26 9 33 20m0 0 1-9m-1 9-9-3" opacity=".55"/>
    <path d="m118 118 36-30 36 30M126 112v38h56v-38"/><path d="M146 150v-20h16v20"/><path d="M170 101V90h8v18" />
  </g>`;
export const homecoming = html`<svg class="art" viewBox="0 0 200 160" aria-hidden="true">${lines}</svg>`;
