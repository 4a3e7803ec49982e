import rope from '../../assets/figure-eight.svg';

/** The front page's opening: the name of the thing, and a rope with a figure-eight knot. */
export const Hero = () => (
  <header class="hero">
    <div class="frame">
      <h1>
        A journal of things <em>that hold.</em>
      </h1>
      <p>Rope and rigging, bridges, clocks and lighthouses, and the patient work of keeping them in repair.</p>
    </div>
    <img class="hero-rope" src={rope} alt="" width={1440} height={320} />
  </header>
);
