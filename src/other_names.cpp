// The names by which the other compiler looks for what only this library contains.
//
// GCC and clang agree about layouts, calls, exceptions and the begin of a coroutine's frame, but not about
// the name of a function whose signature has a type like
// `constraint<traits::prefer_member<...>::is_valid>::type`: GCC writes the scope and the default arguments,
// clang leaves them out. Inline functions do not suffer, each side has its own. That leaves these
// specializations, which Boost.Asio compiles once.
#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_io_executor.hpp>

namespace boost::asio {

// A free function takes its first parameter where a member function takes `this`.
#define FRAMEX_OTHER_NAME(executor, member, property, name)                                                  \
    executor other_name(executor const& self, execution::property const& wanted, int) asm(name);             \
    executor other_name(executor const& self, execution::property const& wanted, int)                        \
    {                                                                                                        \
        return self.member(wanted);                                                                          \
    }

// clang-format off
#if defined(__clang__) // so GCC's names
FRAMEX_OTHER_NAME(any_io_executor, require, blocking_t::never_t,
    "_ZNK5boost4asio15any_io_executor7requireINS0_9execution6detail8blocking7never_tILi0EEEEES1_"
    "RKT_NS0_10constraintIXsrNS0_6traits14require_memberIRKNS3_12any_executorIJNS3_12context_as_t"
    "IRNS0_17execution_contextEEES7_NS3_11prefer_onlyINS5_10possibly_tILi0EEEEENSJ_INS4_"
    "16outstanding_work9tracked_tILi0EEEEENSJ_INSN_11untracked_tILi0EEEEENSJ_INS4_12relationship"
    "6fork_tILi0EEEEENSJ_INSU_14continuation_tILi0EEEEEEEESA_vEE8is_validEiE4typeE")
FRAMEX_OTHER_NAME(any_io_executor, prefer, blocking_t::possibly_t,
    "_ZNK5boost4asio15any_io_executor6preferINS0_9execution6detail8blocking10possibly_tILi0"
    "EEEEES1_RKT_NS0_10constraintIXsrNS0_6traits13prefer_memberIRKNS3_12any_executorIJNS3_"
    "12context_as_tIRNS0_17execution_contextEEENS5_7never_tILi0EEENS3_11prefer_onlyIS7_"
    "EENSL_INS4_16outstanding_work9tracked_tILi0EEEEENSL_INSN_11untracked_tILi0EEEEENSL_INS4_"
    "12relationship6fork_tILi0EEEEENSL_INSU_14continuation_tILi0EEEEEEEESA_vEE8is_validEiE4typeE")
FRAMEX_OTHER_NAME(any_io_executor, prefer, outstanding_work_t::tracked_t,
    "_ZNK5boost4asio15any_io_executor6preferINS0_9execution6detail16outstanding_work9tracked_tILi"
    "0EEEEES1_RKT_NS0_10constraintIXsrNS0_6traits13prefer_memberIRKNS3_12any_executorIJNS3_"
    "12context_as_tIRNS0_17execution_contextEEENS4_8blocking7never_tILi0EEENS3_11prefer_only"
    "INSJ_10possibly_tILi0EEEEENSM_IS7_EENSM_INS5_11untracked_tILi0EEEEENSM_INS4_12relationship"
    "6fork_tILi0EEEEENSM_INSU_14continuation_tILi0EEEEEEEESA_vEE8is_validEiE4typeE")
FRAMEX_OTHER_NAME(any_io_executor, prefer, outstanding_work_t::untracked_t,
    "_ZNK5boost4asio15any_io_executor6preferINS0_9execution6detail16outstanding_work11untracked_t"
    "ILi0EEEEES1_RKT_NS0_10constraintIXsrNS0_6traits13prefer_memberIRKNS3_12any_executorIJNS3_"
    "12context_as_tIRNS0_17execution_contextEEENS4_8blocking7never_tILi0EEENS3_11prefer_only"
    "INSJ_10possibly_tILi0EEEEENSM_INS5_9tracked_tILi0EEEEENSM_IS7_EENSM_INS4_12relationship"
    "6fork_tILi0EEEEENSM_INSU_14continuation_tILi0EEEEEEEESA_vEE8is_validEiE4typeE")
FRAMEX_OTHER_NAME(any_io_executor, prefer, relationship_t::fork_t,
    "_ZNK5boost4asio15any_io_executor6preferINS0_9execution6detail12relationship6fork_tILi0"
    "EEEEES1_RKT_NS0_10constraintIXsrNS0_6traits13prefer_memberIRKNS3_12any_executorIJNS3_"
    "12context_as_tIRNS0_17execution_contextEEENS4_8blocking7never_tILi0EEENS3_11prefer_only"
    "INSJ_10possibly_tILi0EEEEENSM_INS4_16outstanding_work9tracked_tILi0"
    "EEEEENSM_INSQ_11untracked_tILi0EEEEENSM_IS7_EENSM_INS5_14continuation_tILi0EEEEEEEESA_v"
    "EE8is_validEiE4typeE")
FRAMEX_OTHER_NAME(any_io_executor, prefer, relationship_t::continuation_t,
    "_ZNK5boost4asio15any_io_executor6preferINS0_9execution6detail12relationship14continuation_t"
    "ILi0EEEEES1_RKT_NS0_10constraintIXsrNS0_6traits13prefer_memberIRKNS3_12any_executorIJNS3_"
    "12context_as_tIRNS0_17execution_contextEEENS4_8blocking7never_tILi0EEENS3_11prefer_only"
    "INSJ_10possibly_tILi0EEEEENSM_INS4_16outstanding_work9tracked_tILi0"
    "EEEEENSM_INSQ_11untracked_tILi0EEEEENSM_INS5_6fork_tILi0EEEEENSM_IS7_EEEEESA_vEE8is_validEi"
    "E4typeE")
FRAMEX_OTHER_NAME(any_completion_executor, prefer, outstanding_work_t::tracked_t,
    "_ZNK5boost4asio23any_completion_executor6preferINS0_9execution6detail16outstanding_work"
    "9tracked_tILi0EEEEES1_RKT_NS0_10constraintIXsrNS0_6traits13prefer_memberIRKNS3_"
    "12any_executorIJNS3_11prefer_onlyIS7_EENSF_INS5_11untracked_tILi0EEEEENSF_INS4_"
    "12relationship6fork_tILi0EEEEENSF_INSK_14continuation_tILi0EEEEEEEESA_vEE8is_validEiE4typeE")
FRAMEX_OTHER_NAME(any_completion_executor, prefer, outstanding_work_t::untracked_t,
    "_ZNK5boost4asio23any_completion_executor6preferINS0_9execution6detail16outstanding_work"
    "11untracked_tILi0EEEEES1_RKT_NS0_10constraintIXsrNS0_6traits13prefer_memberIRKNS3_"
    "12any_executorIJNS3_11prefer_onlyINS5_9tracked_tILi0EEEEENSF_IS7_EENSF_INS4_12relationship"
    "6fork_tILi0EEEEENSF_INSK_14continuation_tILi0EEEEEEEESA_vEE8is_validEiE4typeE")
FRAMEX_OTHER_NAME(any_completion_executor, prefer, relationship_t::fork_t,
    "_ZNK5boost4asio23any_completion_executor6preferINS0_9execution6detail12relationship6fork_t"
    "ILi0EEEEES1_RKT_NS0_10constraintIXsrNS0_6traits13prefer_memberIRKNS3_12any_executorIJNS3_"
    "11prefer_onlyINS4_16outstanding_work9tracked_tILi0EEEEENSF_INSG_11untracked_tILi0"
    "EEEEENSF_IS7_EENSF_INS5_14continuation_tILi0EEEEEEEESA_vEE8is_validEiE4typeE")
FRAMEX_OTHER_NAME(any_completion_executor, prefer, relationship_t::continuation_t,
    "_ZNK5boost4asio23any_completion_executor6preferINS0_9execution6detail12relationship"
    "14continuation_tILi0EEEEES1_RKT_NS0_10constraintIXsrNS0_6traits13prefer_memberIRKNS3_"
    "12any_executorIJNS3_11prefer_onlyINS4_16outstanding_work9tracked_tILi0"
    "EEEEENSF_INSG_11untracked_tILi0EEEEENSF_INS5_6fork_tILi0EEEEENSF_IS7_EEEEESA_vEE8is_validEi"
    "E4typeE")
#else // clang's names
FRAMEX_OTHER_NAME(any_io_executor, require, blocking_t::never_t,
    "_ZNK5boost4asio15any_io_executor7requireINS0_9execution6detail8blocking7never_tILi0EEEEES1_"
    "RKT_NS0_10constraintIXsr6traits14require_memberIRKNS3_12any_executorIJNS3_12context_as_t"
    "IRNS0_17execution_contextEEES7_NS3_11prefer_onlyINS5_10possibly_tILi0EEEEENSH_INS4_"
    "16outstanding_work9tracked_tILi0EEEEENSH_INSL_11untracked_tILi0EEEEENSH_INS4_12relationship"
    "6fork_tILi0EEEEENSH_INSS_14continuation_tILi0EEEEEEEESA_EE8is_validEiE4typeE")
FRAMEX_OTHER_NAME(any_io_executor, prefer, blocking_t::possibly_t,
    "_ZNK5boost4asio15any_io_executor6preferINS0_9execution6detail8blocking10possibly_tILi0"
    "EEEEES1_RKT_NS0_10constraintIXsr6traits13prefer_memberIRKNS3_12any_executorIJNS3_"
    "12context_as_tIRNS0_17execution_contextEEENS5_7never_tILi0EEENS3_11prefer_onlyIS7_"
    "EENSJ_INS4_16outstanding_work9tracked_tILi0EEEEENSJ_INSL_11untracked_tILi0EEEEENSJ_INS4_"
    "12relationship6fork_tILi0EEEEENSJ_INSS_14continuation_tILi0EEEEEEEESA_EE8is_validEiE4typeE")
FRAMEX_OTHER_NAME(any_io_executor, prefer, outstanding_work_t::tracked_t,
    "_ZNK5boost4asio15any_io_executor6preferINS0_9execution6detail16outstanding_work9tracked_tILi"
    "0EEEEES1_RKT_NS0_10constraintIXsr6traits13prefer_memberIRKNS3_12any_executorIJNS3_"
    "12context_as_tIRNS0_17execution_contextEEENS4_8blocking7never_tILi0EEENS3_11prefer_only"
    "INSH_10possibly_tILi0EEEEENSK_IS7_EENSK_INS5_11untracked_tILi0EEEEENSK_INS4_12relationship"
    "6fork_tILi0EEEEENSK_INSS_14continuation_tILi0EEEEEEEESA_EE8is_validEiE4typeE")
FRAMEX_OTHER_NAME(any_io_executor, prefer, outstanding_work_t::untracked_t,
    "_ZNK5boost4asio15any_io_executor6preferINS0_9execution6detail16outstanding_work11untracked_t"
    "ILi0EEEEES1_RKT_NS0_10constraintIXsr6traits13prefer_memberIRKNS3_12any_executorIJNS3_"
    "12context_as_tIRNS0_17execution_contextEEENS4_8blocking7never_tILi0EEENS3_11prefer_only"
    "INSH_10possibly_tILi0EEEEENSK_INS5_9tracked_tILi0EEEEENSK_IS7_EENSK_INS4_12relationship"
    "6fork_tILi0EEEEENSK_INSS_14continuation_tILi0EEEEEEEESA_EE8is_validEiE4typeE")
FRAMEX_OTHER_NAME(any_io_executor, prefer, relationship_t::fork_t,
    "_ZNK5boost4asio15any_io_executor6preferINS0_9execution6detail12relationship6fork_tILi0"
    "EEEEES1_RKT_NS0_10constraintIXsr6traits13prefer_memberIRKNS3_12any_executorIJNS3_"
    "12context_as_tIRNS0_17execution_contextEEENS4_8blocking7never_tILi0EEENS3_11prefer_only"
    "INSH_10possibly_tILi0EEEEENSK_INS4_16outstanding_work9tracked_tILi0"
    "EEEEENSK_INSO_11untracked_tILi0EEEEENSK_IS7_EENSK_INS5_14continuation_tILi0"
    "EEEEEEEESA_EE8is_validEiE4typeE")
FRAMEX_OTHER_NAME(any_io_executor, prefer, relationship_t::continuation_t,
    "_ZNK5boost4asio15any_io_executor6preferINS0_9execution6detail12relationship14continuation_t"
    "ILi0EEEEES1_RKT_NS0_10constraintIXsr6traits13prefer_memberIRKNS3_12any_executorIJNS3_"
    "12context_as_tIRNS0_17execution_contextEEENS4_8blocking7never_tILi0EEENS3_11prefer_only"
    "INSH_10possibly_tILi0EEEEENSK_INS4_16outstanding_work9tracked_tILi0"
    "EEEEENSK_INSO_11untracked_tILi0EEEEENSK_INS5_6fork_tILi0EEEEENSK_IS7_EEEEESA_EE8is_validEi"
    "E4typeE")
FRAMEX_OTHER_NAME(any_completion_executor, prefer, outstanding_work_t::tracked_t,
    "_ZNK5boost4asio23any_completion_executor6preferINS0_9execution6detail16outstanding_work"
    "9tracked_tILi0EEEEES1_RKT_NS0_10constraintIXsr6traits13prefer_memberIRKNS3_12any_executor"
    "IJNS3_11prefer_onlyIS7_EENSD_INS5_11untracked_tILi0EEEEENSD_INS4_12relationship6fork_tILi0"
    "EEEEENSD_INSI_14continuation_tILi0EEEEEEEESA_EE8is_validEiE4typeE")
FRAMEX_OTHER_NAME(any_completion_executor, prefer, outstanding_work_t::untracked_t,
    "_ZNK5boost4asio23any_completion_executor6preferINS0_9execution6detail16outstanding_work"
    "11untracked_tILi0EEEEES1_RKT_NS0_10constraintIXsr6traits13prefer_memberIRKNS3_12any_executor"
    "IJNS3_11prefer_onlyINS5_9tracked_tILi0EEEEENSD_IS7_EENSD_INS4_12relationship6fork_tILi0"
    "EEEEENSD_INSI_14continuation_tILi0EEEEEEEESA_EE8is_validEiE4typeE")
FRAMEX_OTHER_NAME(any_completion_executor, prefer, relationship_t::fork_t,
    "_ZNK5boost4asio23any_completion_executor6preferINS0_9execution6detail12relationship6fork_t"
    "ILi0EEEEES1_RKT_NS0_10constraintIXsr6traits13prefer_memberIRKNS3_12any_executorIJNS3_"
    "11prefer_onlyINS4_16outstanding_work9tracked_tILi0EEEEENSD_INSE_11untracked_tILi0"
    "EEEEENSD_IS7_EENSD_INS5_14continuation_tILi0EEEEEEEESA_EE8is_validEiE4typeE")
FRAMEX_OTHER_NAME(any_completion_executor, prefer, relationship_t::continuation_t,
    "_ZNK5boost4asio23any_completion_executor6preferINS0_9execution6detail12relationship"
    "14continuation_tILi0EEEEES1_RKT_NS0_10constraintIXsr6traits13prefer_memberIRKNS3_"
    "12any_executorIJNS3_11prefer_onlyINS4_16outstanding_work9tracked_tILi0"
    "EEEEENSD_INSE_11untracked_tILi0EEEEENSD_INS5_6fork_tILi0EEEEENSD_IS7_EEEEESA_EE8is_validEi"
    "E4typeE")
#endif
// clang-format on

} // namespace boost::asio
