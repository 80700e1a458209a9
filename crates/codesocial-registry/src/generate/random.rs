//! What is drawn at random: SplitMix64, so that the same seed gives the same world for ever.
//! <https://prng.di.unimi.it/splitmix64.c>

/// A source of random numbers.
pub(super) struct Draw(u64);

impl Draw {
    pub(super) fn of_seed(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 to 1, 1 excluded.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From `from` to `to`, both included.
    pub(super) fn between(&mut self, from: i64, to: i64) -> i64 {
        from + (self.unit() * (to - from + 1) as f64) as i64
    }

    pub(super) fn index(&mut self, len: usize) -> usize {
        (self.unit() * len as f64) as usize
    }

    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.index(of.len())]
    }

    /// The place of one of the weights, as often as it weighs.
    pub(super) fn weighted(&mut self, weights: impl Iterator<Item = f64> + Clone) -> usize {
        let mut left = self.unit() * weights.clone().sum::<f64>();
        let mut last = 0;
        for (place, weight) in weights.enumerate() {
            if left < weight {
                return place;
            }
            left -= weight;
            last = place;
        }
        last
    }

    /// Zipf's law with exponent 1.1 over so many ranks: the first ones come far more often.
    pub(super) fn zipf(&mut self, ranks: usize) -> usize {
        self.weighted((1..=ranks).map(|rank| (rank as f64).powf(-1.1)))
    }

    /// Poisson's law, by Knuth's method.
    pub(super) fn poisson(&mut self, mean: f64) -> usize {
        let (limit, mut product, mut count) = ((-mean).exp(), self.unit(), 0);
        while product > limit {
            product *= self.unit();
            count += 1;
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_reference() {
        let mut draw = Draw::of_seed(1_234_567);
        assert_eq!(draw.next(), 6_457_827_717_110_365_317);
        assert_eq!(draw.next(), 3_203_168_211_198_807_973);
        assert_eq!(draw.next(), 9_817_491_932_198_370_423);
    }

    #[test]
    fn laws_have_the_means_that_they_are_called_with() {
        let mut draw = Draw::of_seed(42);
        let mean = |mut of: Box<dyn FnMut() -> f64 + '_>| {
            (0..20_000).map(|_| of()).sum::<f64>() / 20_000.0
        };
        assert!((mean(Box::new(|| draw.poisson(6.0) as f64)) - 6.0).abs() < 0.1);
        assert!((mean(Box::new(|| draw.between(3, 12) as f64)) - 7.5).abs() < 0.1);
        assert!((mean(Box::new(|| f64::from(u8::from(draw.chance(0.3))))) - 0.3).abs() < 0.02);
    }
}
