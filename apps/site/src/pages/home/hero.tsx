/** The front page's opening: the name of the thing, and the line that holds it. */
export const Hero = () => (
  <header class="hero">
    <div class="frame">
      <h1>
        A journal of things <em>that hold.</em>
      </h1>
      <p>Rope and rigging, bridges, clocks and lighthouses, and the patient work of keeping them in repair.</p>
    </div>
    <svg class="hero-line" viewBox="0 0 1440 120" preserveAspectRatio="none" aria-hidden="true">
      <path class="shadow" d="M0 96C220 96 300 30 520 34S860 104 1060 84 1320 20 1440 26" />
      <path class="strand" d="M0 96C220 96 300 30 520 34S860 104 1060 84 1320 20 1440 26" />
      <path class="lay" d="M0 96C220 96 300 30 520 34S860 104 1060 84 1320 20 1440 26" />
    </svg>
  </header>
);
