//! Means, their uncertainty and the size of an effect, for numbers that people answered.
//!
//! Plain numbers in, plain numbers out: what may be shown is decided elsewhere (`ask::shown`).

/// The confidence every interval here states.
const CONFIDENCE: f64 = 0.95;
/// The two-sided 95 % point of the standard normal distribution.
const NORMAL: f64 = 1.959_963_984_540_054;

/// A lower and an upper bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

/// Mean and spread of a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// How many numbers.
    pub n: u32,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation with n − 1 in the denominator; none for a single number.
    pub sd: Option<f64>,
}

impl Sample {
    /// Mean and standard deviation of these numbers; none when there are none.
    ///
    /// The deviation is the two-pass form (Chan, Golub and LeVeque, The American Statistician 37, 1983).
    #[must_use]
    pub fn of(numbers: &[f64]) -> Option<Self> {
        let n = u32::try_from(numbers.len()).ok().filter(|n| *n > 0)?;
        let mean = numbers.iter().sum::<f64>() / f64::from(n);
        let squares: f64 = numbers.iter().map(|x| (x - mean).powi(2)).sum();
        let sd = (n > 1).then(|| (squares / f64::from(n - 1)).sqrt());
        Some(Self { n, mean, sd })
    }

    /// The 95 % interval of the mean by Student's t; none for a single number.
    #[must_use]
    pub fn interval(&self) -> Option<Interval> {
        let half = t_point(self.n - 1) * self.sd? / f64::from(self.n).sqrt();
        Some(Interval {
            low: self.mean - half,
            high: self.mean + half,
        })
    }

    /// Cohen's d of paired differences: their mean in units of their own standard deviation (d_z; Lakens,
    /// Frontiers in Psychology 4:863, 2013, formula 6). None when nothing varies.
    #[must_use]
    pub fn effect(&self) -> Option<f64> {
        self.sd.filter(|sd| *sd > 0.0).map(|sd| self.mean / sd)
    }
}

/// A net promoter score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Promoters {
    /// How many answered.
    pub n: u32,
    /// Percent who gave 9 or 10, less percent who gave 0 to 6: −100 … 100.
    pub score: f64,
    /// Its 95 % interval, from the variance of a difference of two shares of one multinomial.
    pub interval: Interval,
}

impl Promoters {
    /// The score of these answers on a scale from 0 to 10; none when there are none.
    #[must_use]
    pub fn of(answers: &[i8]) -> Option<Self> {
        let n = u32::try_from(answers.len()).ok().filter(|n| *n > 0)?;
        let share = |is: fn(&i8) -> bool| {
            f64::from(u32::try_from(answers.iter().filter(|a| is(a)).count()).unwrap_or(n)) / f64::from(n)
        };
        let (up, down) = (share(|a| *a >= 9), share(|a| *a <= 6));
        let score = 100.0 * (up - down);
        let half = 100.0 * NORMAL * ((up + down - (up - down).powi(2)) / f64::from(n)).sqrt();
        let interval = Interval {
            low: score - half,
            high: score + half,
        };
        Some(Self { n, score, interval })
    }
}

/// The two-sided 95 % point of Student's t with this many degrees of freedom; infinite for none.
///
/// Found by halving on the exact distribution function, so that no table has to be trusted.
#[must_use]
pub fn t_point(freedom: u32) -> f64 {
    if freedom == 0 {
        return f64::INFINITY;
    }
    let (mut low, mut high) = (0.0, 16.0);
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        if within(middle, f64::from(freedom)) < CONFIDENCE {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// The chance that a t variable lies between −t and t: 1 − I_x(ν/2, ½) with x = ν / (ν + t²)
/// (Abramowitz and Stegun, 26.7.1).
fn within(t: f64, freedom: f64) -> f64 {
    1.0 - incomplete_beta(freedom / (freedom + t * t), freedom / 2.0, 0.5)
}

/// The regularised incomplete beta function by its continued fraction (Press et al., Numerical Recipes, 3rd
/// ed., 6.4), for x from 0 to 1.
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front * fraction(x, a, b) / a
    } else {
        1.0 - front * fraction(1.0 - x, b, a) / b
    }
}

/// The continued fraction of the incomplete beta function by Lentz's method.
fn fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for step in 1..=300 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away(1.0 + even * d);
        c = away(1.0 + even / c);
        value *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away(1.0 + odd * d);
        c = away(1.0 + odd / c);
        value *= d * c;
        if (d * c - 1.0).abs() < 1e-15 {
            break;
        }
    }
    value
}

/// The logarithm of the gamma function for positive x (Lanczos, SIAM J. Numer. Anal. 1, 1964; coefficients
/// of Godfrey for g = 7, n = 9; about 15 digits).
fn ln_gamma(x: f64) -> f64 {
    const FIRST: f64 = 0.999_999_999_999_809_9;
    const REST: [f64; 8] = [
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let x = x - 1.0;
    let (sum, _) = REST.iter().fold((FIRST, 1.0), |(sum, place), coefficient| {
        (sum + coefficient / (x + place), place + 1.0)
    });
    let t = x + 7.5;
    0.5 * std::f64::consts::TAU.ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

/// A number with so many decimals, halves away from zero: the one way figures are rounded, on screens and in files.
///
/// Formatting alone rounds halves to even, and what is stored as a little less than a half down.
#[must_use]
pub fn rounded(x: f64, decimals: u8) -> f64 {
    let by = 10_f64.powi(i32::from(decimals));
    let half = x.abs().mul_add(by, 1e-9).round() / by;
    // What rounds to nothing has no sign.
    if half == 0.0 { half } else { half.copysign(x) }
}

/// A number as it is shown: `4.3`.
#[must_use]
pub fn decimal(x: f64, decimals: u8) -> String {
    format!("{:.*}", usize::from(decimals), rounded(x, decimals))
}

/// A change as it is shown: `+0.3`.
#[must_use]
pub fn signed(x: f64, decimals: u8) -> String {
    format!("{:+.*}", usize::from(decimals), rounded(x, decimals))
}

#[cfg(test)]
mod tests {
    //! Expected values are from SciPy 1.17.1: `stats.t.ppf`, `stats.beta.cdf`, `stats.ttest_rel`.
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-9 * b.abs().max(1.0)
    }

    #[test]
    fn the_points_of_t_are_scipys() {
        let known = [
            (1, 12.706_204_736_174_694),
            (2, 4.302_652_729_749_462),
            (4, 2.776_445_105_197_793_4),
            (9, 2.262_157_162_798_205),
            (29, 2.045_229_642_132_703),
            (36, 2.028_094_000_980_450_2),
            (120, 1.979_930_405_082_440_2),
            (1000, 1.962_339_080_826_408_3),
        ];
        for (freedom, point) in known {
            assert!(close(t_point(freedom), point), "{freedom}: {}", t_point(freedom));
        }
    }

    #[test]
    fn the_incomplete_beta_function_is_scipys() {
        assert!(close(incomplete_beta(0.3, 2.0, 3.0), 0.348_299_999_999_999_94));
        assert!(close(incomplete_beta(0.5, 0.5, 18.0), 0.999_999_305_047_240_7));
        assert!(close(incomplete_beta(0.9, 4.5, 0.5), 0.343_436_396_137_913_4));
    }

    #[test]
    fn a_paired_change_has_scipys_interval_and_its_own_size() {
        let then = [3.0, 4.0, 1.0, 4.0, 2.0, 4.5, 3.0];
        let now = [5.0, 5.0, 6.0, 7.0, 6.0, 8.0, 3.0];
        let changes: Vec<f64> = now.iter().zip(then).map(|(n, t)| n - t).collect();
        let change = Sample::of(&changes).expect("seven numbers");
        assert!(close(change.mean, 2.642_857_142_857_143));
        assert!(close(change.sd.expect("more than one"), 1.749_149_453_169_685_4));
        let interval = change.interval().expect("more than one");
        assert!(close(interval.low, 1.025_163_707_920_326_8));
        assert!(close(interval.high, 4.260_550_577_793_959));
        assert!(close(
            change.effect().expect("it varies"),
            1.510_938_438_146_576_5
        ));
    }

    #[test]
    fn one_number_has_a_mean_and_no_interval() {
        let one = Sample::of(&[4.0]).expect("one number");
        assert_eq!(
            (one.n, one.mean, one.interval(), one.effect()),
            (1, 4.0, None, None)
        );
    }

    #[test]
    fn equal_changes_have_no_effect_size() {
        assert_eq!(Sample::of(&[1.0, 1.0, 1.0]).and_then(|s| s.effect()), None);
    }

    #[test]
    fn promoters_less_detractors_with_the_interval_of_the_difference() {
        // 20 promoters, 6 detractors and 11 others; NumPy: 100 (p − d) ± 1.959964 · 100 √((p + d − (p − d)²) / n)
        let answers: Vec<i8> = [(9, 12), (10, 8), (7, 5), (8, 6), (3, 6)]
            .iter()
            .flat_map(|(answer, times)| std::iter::repeat_n(*answer, *times))
            .collect();
        let score = Promoters::of(&answers).expect("answers");
        assert!((score.score - 37.837_837_837).abs() < 1e-8);
        assert!((score.interval.low - 13.735).abs() < 1e-3);
        assert!((score.interval.high - 61.9407).abs() < 1e-3);
    }
}
