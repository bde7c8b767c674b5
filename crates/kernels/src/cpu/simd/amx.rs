//! Tile registers: AMX with bfloat16, beside AVX-512 for everything else.

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::Amx;

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::asm;
    use std::arch::x86_64::{__cpuid_count, _xgetbv};
    use std::sync::OnceLock;

    use super::super::avx512::Avx512Half;
    use super::super::tiles::{SIDE, TileProduct, TileTask, TileUnit, join};

    /// Proof that tiles of bfloat16 are there, and that the system lets this process use them.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct Amx(Avx512Half);

    impl Amx {
        /// The proof, where the processor has the instructions and the system permits them: asked once in a process.
        pub(crate) fn detect(half: Avx512Half) -> Option<Self> {
            static THERE: OnceLock<bool> = OnceLock::new();
            let there = || has_tiles() && saves_tiles() && permitted();
            THERE.get_or_init(there).then_some(Self(half))
        }

        /// What everything but tile products runs on.
        pub(crate) fn half(self) -> Avx512Half {
            self.0
        }

        /// Runs a kernel compiled for these instructions.
        pub(crate) fn run<T: TileTask>(self, task: T) {
            #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma")]
            fn compiled<T: TileTask>(unit: Amx, task: T) {
                task.run(unit);
            }
            // SAFETY: `self` exists only where `Avx512Half::detect` saw every feature that is enabled here.
            unsafe { compiled(self, task) }
        }
    }

    /// Whether the processor has tiles of bfloat16, of the size that is used here.
    fn has_tiles() -> bool {
        const BF16_AND_TILE: u32 = 1 << 22 | 1 << 24;
        const TILE_LEAF: u32 = 0x1D;
        let [basic, features] = [(0, 0), (7, 0)].map(|(leaf, part)| __cpuid_count(leaf, part));
        if basic.eax < TILE_LEAF || features.edx & BF16_AND_TILE != BF16_AND_TILE {
            return false;
        }
        // Palette 1: bytes of a row and number of registers, then rows.
        let palette = __cpuid_count(TILE_LEAF, 1);
        palette.ebx & 0xFFFF == 64 && palette.ebx >> 16 >= 8 && palette.ecx & 0xFFFF == 16
    }

    /// Whether the system saves the tile registers when it switches threads.
    fn saves_tiles() -> bool {
        const CONFIGURATION_AND_DATA: u64 = 1 << 17 | 1 << 18;
        #[target_feature(enable = "xsave")]
        fn saved() -> u64 {
            // SAFETY: register 0 exists wherever the instruction does.
            unsafe { _xgetbv(0) }
        }
        is_x86_feature_detected!("xsave")
            // SAFETY: the feature was seen just now; the detection includes that the system enabled it.
            && unsafe { saved() } & CONFIGURATION_AND_DATA == CONFIGURATION_AND_DATA
    }

    /// Asks the system to let this process use tile data: Linux wants that said once, since it makes its threads' saved
    /// registers larger.
    #[cfg(target_os = "linux")]
    fn permitted() -> bool {
        const ARCH_PRCTL: i64 = 158;
        const REQUEST_PERMISSION: u64 = 0x1023;
        const TILE_DATA: u64 = 18;
        let result: i64;
        // SAFETY: this system call takes two numbers and touches no memory of the process; it writes these three registers.
        unsafe {
            asm!(
                "syscall",
                inlateout("rax") ARCH_PRCTL => result,
                in("rdi") REQUEST_PERMISSION,
                in("rsi") TILE_DATA,
                out("rcx") _,
                out("r11") _,
                options(nostack),
            );
        }
        result == 0
    }

    #[cfg(not(target_os = "linux"))]
    fn permitted() -> bool {
        false
    }

    /// What `ldtilecfg` reads.
    #[repr(C, align(64))]
    struct Configuration {
        palette: u8,
        start_row: u8,
        reserved: [u8; 14],
        bytes_of_row: [u16; 16],
        rows: [u8; 16],
    }

    /// All eight registers at their full size.
    static CONFIGURATION: Configuration = Configuration {
        palette: 1,
        start_row: 0,
        reserved: [0; 14],
        bytes_of_row: [64, 64, 64, 64, 64, 64, 64, 64, 0, 0, 0, 0, 0, 0, 0, 0],
        rows: [16, 16, 16, 16, 16, 16, 16, 16, 0, 0, 0, 0, 0, 0, 0, 0],
    };

    /// Gives the tile registers back when dropped.
    pub(crate) struct InUse;

    impl Drop for InUse {
        fn drop(&mut self) {
            // SAFETY: made only where the instruction is there; nothing of the tile registers is needed any more.
            unsafe { asm!("tilerelease", options(nomem, nostack, preserves_flags)) }
        }
    }

    impl TileUnit for Amx {
        type InUse = InUse;

        #[inline(always)]
        fn configure(self) -> InUse {
            // SAFETY: `self` exists only where the instructions do; 64 bytes of a valid configuration are read.
            unsafe {
                asm!(
                    "ldtilecfg [{configuration}]",
                    configuration = in(reg) &raw const CONFIGURATION,
                    out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
                    out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
                    options(readonly, nostack, preserves_flags),
                );
            }
            InUse
        }

        /// Registers 0 and 1 sum the upper rows, 2 and 3 the lower; 4 and 5 hold A, 6 and 7 hold B.
        #[inline(always)]
        unsafe fn add_products(self, product: &TileProduct) {
            const TWO_OF_ROWS: u32 = 1;
            const TWO_OF_COLUMNS: u32 = 2;
            const ADD: u32 = 4;
            let mut choice = 0;
            if product.tiles[0] == 2 {
                choice |= TWO_OF_ROWS;
            }
            if product.tiles[1] == 2 {
                choice |= TWO_OF_COLUMNS;
            }
            if product.add {
                choice |= ADD;
            }
            let bytes = size_of::<f32>();
            // SAFETY: `self` exists only where the instructions do, the registers are configured at their full size, and what
            // `product` names is readable and writable, both by the trait's contract: 16 rows of 64 bytes at each place.
            unsafe {
                asm!(
                    "test {choice:e}, {ADD}",
                    "jnz 2f",
                    "tilezero tmm0",
                    "tilezero tmm1",
                    "tilezero tmm2",
                    "tilezero tmm3",
                    "jmp 4f",
                    "2:",
                    "tileloadd tmm0, [{c} + {c_row}]",
                    "test {choice:e}, {COLUMNS}",
                    "jz 3f",
                    "tileloadd tmm1, [{c} + {c_row} + 64]",
                    "3:",
                    "test {choice:e}, {ROWS}",
                    "jz 4f",
                    "tileloadd tmm2, [{lower_c} + {c_row}]",
                    "test {choice:e}, {COLUMNS}",
                    "jz 4f",
                    "tileloadd tmm3, [{lower_c} + {c_row} + 64]",
                    "4:",
                    "test {count}, {count}",
                    "jz 8f",
                    "5:",
                    "tileloadd tmm4, [{a} + {a_row}]",
                    "tileloadd tmm6, [{b} + {b_row}]",
                    "tdpbf16ps tmm0, tmm4, tmm6",
                    "test {choice:e}, {COLUMNS}",
                    "jz 6f",
                    "tileloadd tmm7, [{b} + {b_row} + 64]",
                    "tdpbf16ps tmm1, tmm4, tmm7",
                    "6:",
                    "add {a}, 1024",
                    "test {choice:e}, {ROWS}",
                    "jz 7f",
                    "tileloadd tmm5, [{a} + {a_row}]",
                    "add {a}, 1024",
                    "tdpbf16ps tmm2, tmm5, tmm6",
                    "test {choice:e}, {COLUMNS}",
                    "jz 7f",
                    "tdpbf16ps tmm3, tmm5, tmm7",
                    "7:",
                    "lea {b}, [{b} + 8 * {b_row}]",
                    "lea {b}, [{b} + 8 * {b_row}]",
                    "dec {count}",
                    "jnz 5b",
                    "8:",
                    "mov {b}, {rest}",
                    "mov {count}, {rest_count}",
                    "xor {rest_count:e}, {rest_count:e}",
                    "test {count}, {count}",
                    "jnz 5b",
                    "tilestored [{c} + {c_row}], tmm0",
                    "test {choice:e}, {COLUMNS}",
                    "jz 9f",
                    "tilestored [{c} + {c_row} + 64], tmm1",
                    "9:",
                    "test {choice:e}, {ROWS}",
                    "jz 22f",
                    "tilestored [{lower_c} + {c_row}], tmm2",
                    "test {choice:e}, {COLUMNS}",
                    "jz 22f",
                    "tilestored [{lower_c} + {c_row} + 64], tmm3",
                    "22:",
                    ADD = const ADD,
                    ROWS = const TWO_OF_ROWS,
                    COLUMNS = const TWO_OF_COLUMNS,
                    choice = in(reg) choice,
                    a = inout(reg) product.a => _,
                    a_row = in(reg) SIDE * bytes,
                    b = inout(reg) product.b[0].data => _,
                    b_row = in(reg) product.b_stride * bytes,
                    count = inout(reg) product.b[0].count => _,
                    rest = in(reg) product.b[1].data,
                    rest_count = inout(reg) product.b[1].count => _,
                    c = in(reg) product.c,
                    lower_c = in(reg) product.c.wrapping_add(SIDE * product.c_stride),
                    c_row = in(reg) product.c_stride * bytes,
                    out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
                    out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
                    options(nostack),
                );
            }
        }

        #[inline(always)]
        fn join(self, source: &[f32], out: &mut [f32; SIDE]) {
            join(self.0, source, out);
        }
    }
}
